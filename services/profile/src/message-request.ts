import { Direction, interactionId, MESSAGE_REQUESTED, notFound, readEnvelope, rejected } from '@throughline/contracts';
import type { EventStore } from '@throughline/event-store';
import type { Account, Directory } from '@throughline/platform';
import type { Database, Tx } from '@throughline/postgres';
import type { TenantKeys, Vault } from '@throughline/vault';
import { validate as isUuid } from 'uuid';
import type { BodyStore } from './body-store';
import { Overtaken, type Ledger } from './ledger';
import { planEvent, type PlannedEvent } from './ledger-event';
import { findSegments } from './reading/customer-finder';

/** Providers whose channel takes messages now. */
const SENDING_PROVIDERS = ['web-chat'];

/** "Send this to the customer on this account." */
export interface RequestMessage {
  account: string;
  /** Interaction it answers; or the customer and the conversation. */
  inReplyTo?: string;
  customer?: string;
  conversation?: string;
  content: { text: string };
  agent?: string;
}

export interface MessageRequestParts {
  database: Pick<Database, 'writer' | 'notify'>;
  store: Pick<EventStore, 'readById' | 'known'>;
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
  directory: Pick<Directory, 'account'>;
  bodies: BodyStore;
  ledger: Ledger;
  clock: () => Date;
}

/** Takes what the business wants to say into the log; the relay brings it to the channel. */
export class MessageRequests {
  constructor(private readonly parts: MessageRequestParts) {}

  /**
   * Resolves with the message's interaction id when it is durable and shown in the timeline. The same request under the same
   * token again has no second effect. Throws `rejected`: 404 (`account-not-found`, `interaction-not-found`,
   * `customer-not-found`), 422 (`channel-cannot-send`, `no-conversation`), 409 (`idempotency-key-reused`).
   * @param token what makes the request this one: its Idempotency-Key, or something random
   */
  async request(tenant: string, message: RequestMessage, token: string): Promise<string> {
    const account = await this.account(tenant, message.account);
    const keys = await this.parts.vault.forTenant(tenant);
    const append = (tx: Tx) => this.append(tx, keys, account, message, token);
    // Overtaken by the same request: the second look finds it.
    const id = await this.parts.database.writer([tenant], append).catch((error: unknown) => {
      if (error instanceof Overtaken) return this.parts.database.writer([tenant], append);
      throw error;
    });
    this.parts.database.notify('log');
    return id;
  }

  private async account(tenant: string, id: string): Promise<Account> {
    const account = await this.parts.directory.account(id);
    if (account?.tenant !== tenant) throw notFound('account-not-found', 'There is no such channel account.');
    if (SENDING_PROVIDERS.includes(account.provider)) return account;
    throw rejected('channel-cannot-send', `Messages cannot be sent by ${account.provider} yet.`, {
      errors: [{ pointer: '/account', code: 'channel-cannot-send', detail: 'Its channel takes no messages yet.' }],
    });
  }

  private async append(tx: Tx, keys: TenantKeys, account: Account, message: RequestMessage, token: string): Promise<string> {
    const id = interactionId(keys.tenant, account.id, MESSAGE_REQUESTED, [token]);
    const digest = digestOf(keys, message);
    const known = (await this.parts.store.known(tx, keys.tenant, [id])).get(id);
    if (known) return sameAsBefore(id, known, digest);
    const answered = await this.answered(tx, keys, account, message);
    const planned = plan(keys, account, message, answered, { id, now: this.parts.clock().getTime() });
    await this.parts.ledger.write(tx, keys, [{ ...planned, digest }]);
    return id;
  }

  /** The interaction the message follows: it says to whom, and in which conversation. */
  private async answered(tx: Tx, keys: TenantKeys, account: Account, message: RequestMessage): Promise<Answered> {
    const id = await findAnswered(tx, keys, account.id, message);
    const [event] = await this.parts.store.readById(tx, keys.tenant, [id]);
    const segmentKeys = await this.parts.vault.existingSegmentKeys(tx, keys.tenant, [event!.stream]);
    const opened = await this.parts.bodies.open(event!, segmentKeys.get(event!.stream));
    const envelope = readEnvelope(event!.envelope);
    if (!opened || envelope.account !== account.id) throw noConversation('The interaction was not on this account.');
    return { segment: event!.stream, envelope, body: opened.body };
  }
}

/** Of what the caller asked for, and not of what was made of it: her conversation may be another's by the time he asks again. */
const digestOf = (keys: TenantKeys, { inReplyTo, customer, conversation, content, agent }: RequestMessage) =>
  keys.hash('digest', JSON.stringify([inReplyTo, customer, conversation, content.text, agent]));

/** @param known as the log has it: without a digest once it is erased */
function sameAsBefore(id: string, known: { digest: Buffer }, digest: Buffer): string {
  if (known.digest.length === 0 || known.digest.equals(digest)) return id;
  throw rejected('idempotency-key-reused', 'Another message was sent under this Idempotency-Key.', { status: 409 });
}

type Answered = Pick<PlannedEvent, 'segment' | 'envelope' | 'body'>;

/** Event id of the interaction the message follows. */
async function findAnswered(tx: Tx, keys: TenantKeys, account: string, message: RequestMessage): Promise<string> {
  if (message.inReplyTo !== undefined) return findInteraction(tx, keys.tenant, message.inReplyTo);
  if (message.customer === undefined || message.conversation === undefined) {
    throw noConversation('Name the interaction it answers (inReplyTo), or the customer and the conversation.');
  }
  const segments = await findSegments(tx, keys.tenant, message.customer);
  const conversation = keys.hash('conversation', `${account}|${message.conversation}`);
  const { rows } = await tx.query<{ event: string }>(
    `SELECT event FROM timeline_item WHERE tenant = $1 AND segment = ANY ($2::uuid[]) AND conversation = $3
     ORDER BY occurred_at DESC, provider_sequence DESC, interaction DESC LIMIT 1`,
    [keys.tenant, segments, conversation],
  );
  if (!rows[0]) throw noConversation('The customer has no such conversation on this account.');
  return rows[0].event;
}

async function findInteraction(tx: Tx, tenant: string, interaction: string): Promise<string> {
  const { rows } = isUuid(interaction)
    ? await tx.query<{ event: string }>('SELECT event FROM timeline_item WHERE tenant = $1 AND interaction = $2', [tenant, interaction])
    : { rows: [] };
  if (!rows[0]) throw notFound('interaction-not-found', 'There is no such interaction to answer.');
  return rows[0].event;
}

const noConversation = (detail: string) => rejected('no-conversation', detail);

function plan(keys: TenantKeys, account: Account, message: RequestMessage, answered: Answered, { id, now }: { id: string; now: number }): PlannedEvent {
  const { envelope, body, segment } = answered;
  const at = BigInt(now);
  return planEvent(keys, {
    segment,
    envelope: {
      id,
      type: MESSAGE_REQUESTED,
      tenant: keys.tenant,
      account: account.id,
      channel: account.channel || envelope.channel,
      direction: Direction.OUTBOUND,
      key: envelope.key,
      conversation: envelope.conversation,
      relatesTo: message.inReplyTo === undefined ? '' : envelope.revises || envelope.id,
      claimedAt: at,
      occurredAt: at,
      acceptedAt: at,
      provider: account.provider,
    },
    body: {
      identities: body.identities.slice(0, 1).map(({ namespace, value }) => ({ namespace, value })),
      conversation: body.conversation,
      // UTF-8 and canonical JSON cannot carry half a character.
      content: { text: message.content.text.toWellFormed() },
      agent: message.agent?.toWellFormed() ?? '',
    },
  });
}
