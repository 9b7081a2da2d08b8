import type { DynamicModule } from '@nestjs/common';
import { redriveHandlers, webhookControllers, WebhookDoor, type Runtime, type ServiceDefinition } from '@throughline/platform';
import { socialAdapters } from './social.registry';

/** Messages on social platforms: their webhooks. */
export class SocialModule {
  static register(runtime: Runtime): DynamicModule {
    const adapters = Object.values(socialAdapters);
    const door = new WebhookDoor('social', runtime);
    return {
      module: SocialModule,
      controllers: [...webhookControllers(adapters), redriveHandlers('social', runtime, { take: (letter) => door.redrive(adapters, letter) })],
      providers: [{ provide: WebhookDoor, useValue: door }],
    };
  }
}

export const socialService: ServiceDefinition = { name: 'social', module: (runtime) => SocialModule.register(runtime) };
