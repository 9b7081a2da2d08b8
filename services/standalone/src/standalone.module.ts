import { Module, type DynamicModule } from '@nestjs/common';
import type { Runtime, ServiceDefinition } from '@throughline/platform';
import { adminService } from '@throughline/service-admin';
import { emailService } from '@throughline/service-email';
import { ingestService } from '@throughline/service-ingest';
import { phoneService } from '@throughline/service-phone';
import { profileService } from '@throughline/service-profile';
import { socialService } from '@throughline/service-social';
import { webChatService } from '@throughline/service-web-chat';

const services: readonly ServiceDefinition[] = [adminService, ingestService, phoneService, emailService, socialService, webChatService, profileService];

/** Every service in one process. The only place where services meet. */
@Module({})
export class StandaloneModule {
  static async register(runtime: Runtime): Promise<DynamicModule> {
    return { module: StandaloneModule, imports: await Promise.all(services.map(async (service) => service.module(runtime))) };
  }
}

export const standaloneService: ServiceDefinition = { name: 'standalone', module: (runtime) => StandaloneModule.register(runtime) };
