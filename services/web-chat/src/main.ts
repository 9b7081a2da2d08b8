import { startService } from '@throughline/platform';
import { webChatService } from './web-chat.module';

void startService(webChatService);
