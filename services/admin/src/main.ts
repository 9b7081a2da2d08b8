import { startService } from '@throughline/platform';
import { adminService } from './admin.module';

void startService(adminService);
