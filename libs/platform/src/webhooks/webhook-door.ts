import { metrics } from '@opentelemetry/api';
import type { Adapter, ParseResult, ProviderAnswer, RawRequest } from '@throughline/channel-kit';
import { notFound, rejected, ThroughlineError, unauthorized } from '@throughline/contracts';
import type { Redriven } from '../redrive/redrive.handlers';
import type { Account, DoorOutcome, Runtime } from '../runtime.contract';

/** A provider's HTTP request as the socket saw it. */
export interface HttpRequest {
  method: 'GET' | 'POST';
  /** Path and query, as sent. */
  target: string;
  headers: Record<string, string>;
  body: Buffer;
}

type Needs = Pick<Runtime, 'config' | 'directory' | 'door' | 'deadLetters' | 'clock'>;

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const refused = metrics.getMeter('throughline').createCounter('throughline_webhook_refused', {
  description: 'Webhook requests refused for their signature or token.',
});

/**
 * The way of a provider's request to the bus, the same for every adapter: find the account, check the signature over the raw
 * bytes, parse, publish, set aside what could not be used. It answers only when all of that is durable.
 */
export class WebhookDoor {
  /** @param service the service whose door it is */
  constructor(
    private readonly service: string,
    private readonly runtime: Needs,
  ) {}

  /**
   * @throws 404 an account that is not this provider's; 415 another media type; 401 a signature that does not fit (nothing is
   * kept); 400 an authentic body that cannot be read (kept as a dead letter); 503 where something is not durable
   */
  async receive(adapter: Adapter, accountId: string, http: HttpRequest): Promise<ProviderAnswer> {
    const account = await this.account(adapter, accountId);
    const request = this.rawRequest(http);
    if (!adapter.mediaTypes.includes(mediaType(request))) throw rejected('media-type', `Send ${adapter.mediaTypes.join(' or ')}.`, { status: 415 });
    if (!adapter.verify(request, account)) throw this.refuse(adapter, unauthorized('signature', 'The signature does not fit the request.'));
    const parsed = await this.parse(adapter, account, request);
    await this.publish(adapter, account, request, parsed);
    return adapter.answer();
  }

  /** @throws 404 an unknown account, or a provider that sends no challenges; 403 a challenge with the wrong token */
  async shakeHands(adapter: Adapter, accountId: string, http: HttpRequest): Promise<ProviderAnswer> {
    const account = await this.account(adapter, accountId);
    if (!adapter.handshake) throw notFound('not-found', 'This provider sends no challenges.');
    const answer = adapter.handshake(this.rawRequest(http), account);
    if (!answer) throw this.refuse(adapter, rejected('challenge', 'The challenge does not name the right token.', { status: 403 }));
    return answer;
  }

  /**
   * A request that was set aside, once more through its provider's parser, as after an adapter was mended; its signature was
   * checked when it came. Of its headers the media type was kept. Throws as the adapter does, `rejected` (`unknown-account`).
   */
  async redrive(adapters: readonly Adapter[], { account: id, mediaType: contentType, raw }: Redriven): Promise<void> {
    const account = await this.runtime.directory.account(id);
    const adapter = adapters.find(({ provider }) => provider === account?.provider);
    if (!account || !adapter) throw rejected('unknown-account', 'The account is gone, or its provider has no adapter here.');
    const target = `/v1/webhooks/${adapter.provider}/${id}`;
    const request = this.rawRequest({ method: 'POST', target, headers: { 'content-type': contentType }, body: raw });
    await this.publish(adapter, account, request, adapter.parse(request, account, this.runtime.clock()));
  }

  private async account({ provider }: Adapter, id: string): Promise<Account> {
    const account = await this.runtime.directory.account(id);
    if (account?.provider !== provider) throw notFound('unknown-account', 'There is no such account of this provider.');
    return account;
  }

  /** Providers sign the address they called, which is the public one, not what the socket saw behind a proxy. */
  private rawRequest({ target, ...http }: HttpRequest): RawRequest {
    const question = target.indexOf('?');
    const query = new URLSearchParams(question < 0 ? '' : target.slice(question));
    return { ...http, url: this.runtime.config.publicUrl + target, query };
  }

  private refuse({ provider }: Adapter, error: ThroughlineError): ThroughlineError {
    refused.add(1, { provider, problem: error.slug });
    return error;
  }

  private async parse(adapter: Adapter, account: Account, request: RawRequest): Promise<ParseResult> {
    try {
      return adapter.parse(request, account, this.runtime.clock());
    } catch (error) {
      // Authentic, so it is kept even where nothing can be read; a surprise is a fault of ours and may be redriven once mended.
      await this.setAside(account, request, 'unparsable', error instanceof ThroughlineError ? explain(error.errors) || error.message : 'The adapter failed.');
      throw error;
    }
  }

  private async publish(adapter: Adapter, account: Account, request: RawRequest, { interactions, unparsed }: ParseResult): Promise<void> {
    const outcomes = interactions.length > 0 ? await this.runtime.door.accept(this.doorRequest(adapter, account, request), interactions) : [];
    if (unparsed.length > 0) await this.setAside(account, request, 'unparsable', explain(unparsed));
    const why = outcomes.flatMap(reasons);
    if (why.length > 0) await this.setAside(account, request, 'rejected', explain(why));
  }

  private doorRequest({ provider, channel, proves }: Adapter, account: Account, { headers }: RawRequest) {
    const trace = headers.traceparent;
    return {
      account,
      provider,
      channel,
      service: this.service,
      mayVouch: (namespace: string) => proves.includes(namespace),
      ...(trace && TRACEPARENT.test(trace) && { trace }),
    };
  }

  /** The raw request, once per cause: its redelivery is the same dead letter. */
  private setAside(account: Account, { body, headers }: RawRequest, cause: string, detail: string): Promise<string> {
    const mediaTypeAsSent = headers['content-type'] ?? 'application/octet-stream';
    return this.runtime.deadLetters.put({ tenant: account.tenant, account: account.id, cause, detail, service: this.service, raw: body, mediaType: mediaTypeAsSent });
  }
}

const mediaType = ({ headers }: RawRequest) => (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();

interface Reason {
  pointer: string;
  detail: string;
}

/** Why the door refused the nth interaction. */
const reasons = (outcome: DoorOutcome, index: number): Reason[] =>
  outcome.status === 'accepted' ? [] : outcome.errors.map(({ pointer, detail }) => ({ pointer: `/interactions/${index}${pointer}`, detail }));

const MAX_REASONS = 20;

/** At most twenty reasons in one line; pointers and details hold no personal data. */
function explain(list: readonly Reason[]): string {
  const shown = list.slice(0, MAX_REASONS).map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
  return [...shown, ...(list.length > MAX_REASONS ? [`and ${list.length - MAX_REASONS} more`] : [])].join('; ');
}
