import type { DynamicModule } from '@nestjs/common';
import { webhookControllers, WebhookDoor, type Runtime, type ServiceDefinition } from '@throughline/platform';
import { socialAdapters } from './social.registry';

/** Messages on social platforms: their webhooks. */
export class SocialModule {
  static register(runtime: Runtime): DynamicModule {
    return {
      module: SocialModule,
      controllers: webhookControllers(Object.values(socialAdapters)),
      providers: [{ provide: WebhookDoor, useValue: new WebhookDoor('social', runtime) }],
    };
  }
}

export const socialService: ServiceDefinition = { name: 'social', module: (runtime) => SocialModule.register(runtime) };
