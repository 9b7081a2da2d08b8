import { Module, type DynamicModule } from '@nestjs/common';
import type { Runtime, ServiceDefinition } from '@throughline/platform';
import { InteractionsController } from './interactions.controller';
import { Posting } from './posting';

/** The generic door: interactions of every channel that needs no adapter. */
@Module({})
export class IngestModule {
  static register(runtime: Runtime): DynamicModule {
    return {
      module: IngestModule,
      controllers: [InteractionsController],
      providers: [{ provide: Posting, useValue: new Posting(runtime) }],
    };
  }
}

export const ingestService: ServiceDefinition = { name: 'ingest', module: (runtime) => IngestModule.register(runtime) };
