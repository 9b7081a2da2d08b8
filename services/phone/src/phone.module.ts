import type { DynamicModule } from '@nestjs/common';
import { redriveHandlers, webhookControllers, WebhookDoor, type Runtime, type ServiceDefinition } from '@throughline/platform';
import { phoneAdapters } from './phone.registry';

/** Calls: the webhooks of telephony providers. */
export class PhoneModule {
  static register(runtime: Runtime): DynamicModule {
    const adapters = Object.values(phoneAdapters);
    const door = new WebhookDoor('phone', runtime);
    return {
      module: PhoneModule,
      controllers: [...webhookControllers(adapters), redriveHandlers('phone', runtime, { take: (letter) => door.redrive(adapters, letter) })],
      providers: [{ provide: WebhookDoor, useValue: door }],
    };
  }
}

export const phoneService: ServiceDefinition = { name: 'phone', module: (runtime) => PhoneModule.register(runtime) };
