import type { DynamicModule } from '@nestjs/common';
import { webhookControllers, WebhookDoor, type Runtime, type ServiceDefinition } from '@throughline/platform';
import { phoneAdapters } from './phone.registry';

/** Calls: the webhooks of telephony providers. */
export class PhoneModule {
  static register(runtime: Runtime): DynamicModule {
    return {
      module: PhoneModule,
      controllers: webhookControllers(Object.values(phoneAdapters)),
      providers: [{ provide: WebhookDoor, useValue: new WebhookDoor('phone', runtime) }],
    };
  }
}

export const phoneService: ServiceDefinition = { name: 'phone', module: (runtime) => PhoneModule.register(runtime) };
