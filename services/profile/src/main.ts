import { startService } from '@throughline/platform';
import { profileService } from './profile.module';

void startService(profileService);
