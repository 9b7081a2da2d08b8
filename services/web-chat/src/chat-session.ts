import { notFound, rejected, ThroughlineError, unavailable, type Interaction } from '@throughline/contracts';
import type { Account, Runtime } from '@throughline/platform';
import { threadOf } from './conversation-buffer';
import { RateLimit } from './rate-limit';
import { claimOf } from './signed-identity';
import { identified, messageDelivered, messageReceived, pageViewed, type Visit } from './web-chat.adapter';

/** What the browser hears: the id once it is durable, or why not. After `unavailable` and `rate-limited` the same message may be sent again. */
export type Acknowledgement = { interactionId: string } | { problem: { type: string; status: number; detail: string; retryAfterMs?: number } };

/** Messages of one connection within ten seconds. */
const RATE = { count: 20, windowMs: 10_000 };

/** One connected browser: takes what the visitor does and brings it onto the bus. */
export class ChatSession {
  /** What its messages are kept under. */
  readonly thread: string;
  private readonly rate: RateLimit;

  constructor(
    private readonly runtime: Pick<Runtime, 'directory' | 'door' | 'clock'>,
    private readonly account: Pick<Account, 'id'>,
    readonly visitor: string,
    readonly conversation: string,
    now: () => number,
  ) {
    this.thread = threadOf(account.id, conversation);
    this.rate = new RateLimit(RATE.count, RATE.windowMs, now);
  }

  message(payload: unknown): Promise<Acknowledgement> {
    return this.limited(() => messageReceived(payload, this.visit()));
  }

  page(payload: unknown): Promise<Acknowledgement> {
    return this.limited(() => pageViewed(payload, this.visit()));
  }

  identify(statement: unknown): Promise<Acknowledgement> {
    return this.limited(({ secrets }) => identified(claimOf(statement, this.visitor, secrets.secret), this.visit()));
  }

  /** True when the receipt is on the bus. */
  async delivered(message: string): Promise<boolean> {
    return 'interactionId' in (await this.answer(() => this.accept(() => messageDelivered(message, this.visit()))));
  }

  private visit(): Visit {
    return { account: this.account.id, visitor: this.visitor, conversation: this.conversation, at: this.runtime.clock() };
  }

  private limited(interaction: (account: Account) => Interaction): Promise<Acknowledgement> {
    return this.answer(async () => {
      const retryAfterMs = this.rate.take();
      if (retryAfterMs > 0) throw new ThroughlineError('rate-limited', { slug: 'rate-limited', detail: 'Too many messages at once.', retryAfterMs });
      return this.accept(interaction);
    });
  }

  /** The account as it is now: while the browser is connected it may be closed, or get another secret. */
  private async current(): Promise<Account> {
    const account = await this.runtime.directory.account(this.account.id);
    if (!account) throw notFound('unknown-site', 'The chat is closed.');
    return account;
  }

  private async accept(made: (account: Account) => Interaction): Promise<string> {
    const account = await this.current();
    const interaction = made(account);
    const vouched = new Set(interaction.identities.filter(({ verified }) => verified).map(({ namespace }) => namespace));
    const request = { account, provider: 'web-chat', channel: 'web-chat', service: 'web-chat', mayVouch: (namespace: string) => vouched.has(namespace) };
    const [outcome] = await this.runtime.door.accept(request, [interaction]);
    if (outcome?.status === 'accepted') return outcome.interactionId;
    throw rejected('refused', 'The message was refused.', { errors: outcome?.errors });
  }

  private async answer(work: () => Promise<string>): Promise<Acknowledgement> {
    try {
      return { interactionId: await work() };
    } catch (error) {
      const known = error instanceof ThroughlineError ? error : unavailable('unavailable', 'Temporarily unable to take messages.', error);
      return { problem: { type: `/problems/${known.slug}`, status: known.status, detail: known.message, retryAfterMs: known.retryAfterMs } };
    }
  }
}
