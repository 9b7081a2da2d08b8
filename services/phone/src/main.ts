import { startService } from '@throughline/platform';
import { phoneService } from './phone.module';

void startService(phoneService);
