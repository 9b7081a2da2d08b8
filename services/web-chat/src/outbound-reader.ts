import { fromBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Message } from '@throughline/bus';
import { isRejected, MESSAGE_REQUESTED, readOrReject, RecordSchema, type Body, type Record } from '@throughline/contracts';
import { openRecord, type Account, type Directory } from '@throughline/platform';
import type { Vault } from '@throughline/vault';
import type { ChatServer } from './chat-server';
import { threadOf, type ConversationBuffer } from './conversation-buffer';

export interface OutboundParts {
  directory: Pick<Directory, 'account'>;
  vault: Pick<Vault, 'forTenant'>;
  blobs: BlobStore;
}

/** Reads what goes out and keeps what is for visitors of web chats. Every replica reads all: any of them may hold the connection. */
export class OutboundReader {
  constructor(
    private readonly parts: OutboundParts,
    private readonly buffer: ConversationBuffer,
    private readonly chat: Pick<ChatServer, 'push'>,
  ) {}

  async take(batch: readonly Pick<Message, 'value'>[]): Promise<void> {
    for (const { value } of batch) await this.takeOne(readOrReject(() => fromBinary(RecordSchema, value), 'undecodable', 'The message is no record.'));
  }

  private async takeOne(record: Record): Promise<void> {
    const { envelope } = record;
    if (!envelope || envelope.type !== MESSAGE_REQUESTED) return;
    const account = await this.parts.directory.account(envelope.account);
    if (account?.provider !== 'web-chat' || account.tenant !== envelope.tenant) return;
    const body = await this.open(record, envelope.tenant);
    const conversation = body && conversationOf(body, account);
    if (!conversation) return;
    const thread = threadOf(account.id, conversation);
    const message = { id: envelope.id, text: body.content?.text ?? '', at: new Date(Number(envelope.occurredAt)).toISOString() };
    if (this.buffer.add(thread, message)) this.chat.push(thread, message);
  }

  /** Undefined where it was erased or its epoch is over: nobody may read it any more. */
  private async open(record: Record, tenant: string): Promise<Body | undefined> {
    try {
      return await openRecord(await this.parts.vault.forTenant(tenant), this.parts.blobs, record);
    } catch (error) {
      if (isRejected(error)) return undefined;
      throw error;
    }
  }
}

/** The conversation the message names, where it is a visitor's; else that of the visitor it is for. */
function conversationOf(body: Body, account: Account): string | undefined {
  if (body.conversation.startsWith('visitor_')) return body.conversation;
  const own = `${account.id}:`;
  const identity = body.identities.find(({ namespace, value }) => namespace === 'web-visitor' && value.startsWith(own));
  return identity?.value.slice(own.length);
}
