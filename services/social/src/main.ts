import { startService } from '@throughline/platform';
import { socialService } from './social.module';

void startService(socialService);
