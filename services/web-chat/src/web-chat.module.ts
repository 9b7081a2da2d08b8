import { Injectable, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Runtime, ServiceDefinition } from '@throughline/platform';
import { ChatServer } from './chat-server';
import { ConversationBuffer } from './conversation-buffer';
import { OutboundController } from './outbound.controller';
import { OutboundReader } from './outbound-reader';
import { PageController } from './page.controller';

/** Puts the chat onto the application's own HTTP server. */
@Injectable()
class ChatDoor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly http: HttpAdapterHost,
    private readonly chat: ChatServer,
  ) {}

  onApplicationBootstrap(): void {
    this.chat.attach(this.http.httpAdapter.getHttpServer());
  }

  beforeApplicationShutdown(): void {
    this.chat.close();
  }
}

/** Web chat: socket.io at `/v1/chat`, a page to try it at `/chat`. */
@Module({})
export class WebChatModule {
  static register(runtime: Runtime): DynamicModule {
    const buffer = new ConversationBuffer();
    const chat = new ChatServer(runtime, buffer);
    return {
      module: WebChatModule,
      controllers: [PageController, OutboundController],
      providers: [
        ChatDoor,
        { provide: ChatServer, useValue: chat },
        { provide: OutboundReader, useValue: new OutboundReader(runtime, buffer, chat) },
      ],
    };
  }
}

export const webChatService: ServiceDefinition = { name: 'web-chat', module: (runtime) => WebChatModule.register(runtime) };
