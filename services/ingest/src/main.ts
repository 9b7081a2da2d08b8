import { startService } from '@throughline/platform';
import { ingestService } from './ingest.module';

void startService(ingestService);
