import { Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { redriveHandlers, type Runtime, type ServiceDefinition } from '@throughline/platform';
import { join } from 'node:path';
import { MailDelivery } from './mail-delivery';
import { SmtpListener } from './smtp-listener';
import { tlsCertificate } from './tls-certificate';

/** Listens as long as the application runs; the application is ready only when mail can come in. */
class SmtpDoor implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly listener: SmtpListener) {}

  onApplicationBootstrap(): Promise<void> {
    return this.listener.listen();
  }

  onApplicationShutdown(): Promise<void> {
    return this.listener.close();
  }
}

/** Mail by SMTP. Exports `SmtpListener`, whose `port` tells where it listens. */
@Module({})
export class EmailModule {
  static async register(runtime: Runtime): Promise<DynamicModule> {
    const { dataDir, host, publicUrl, smtpPort } = runtime.config;
    const name = new URL(publicUrl).hostname;
    const certificate = await tlsCertificate(join(dataDir, 'smtp'), name);
    const delivery = new MailDelivery(runtime);
    const listener = new SmtpListener({ port: smtpPort, host, name, certificate, delivery });
    return {
      module: EmailModule,
      controllers: [redriveHandlers('email', runtime, { take: (letter) => delivery.redrive(letter) })],
      providers: [{ provide: SmtpListener, useValue: listener }, { provide: SmtpDoor, useValue: new SmtpDoor(listener) }],
      exports: [SmtpListener],
    };
  }
}

export const emailService: ServiceDefinition = { name: 'email', module: (runtime) => EmailModule.register(runtime) };
