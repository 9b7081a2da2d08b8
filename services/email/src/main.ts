import { startService } from '@throughline/platform';
import { emailService } from './email.module';

void startService(emailService);
