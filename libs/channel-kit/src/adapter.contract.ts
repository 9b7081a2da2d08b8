import type { Interaction } from '@throughline/contracts';

/** A provider's request as it came in: signatures are checked over these bytes, never over parsed ones. */
export interface RawRequest {
  method: 'GET' | 'POST';
  /** The public address the provider called, query included: PUBLIC_URL + path + query, not what the socket saw. */
  url: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Buffer;
}

/** What an adapter needs to know of the account. */
export interface AdapterAccount {
  id: string;
  address: string;
  /** `secret`, `verifyToken`, ...: by provider. */
  secrets: Record<string, string>;
  settings: Record<string, unknown>;
}

/** What the provider must hear. */
export interface ProviderAnswer {
  status: number;
  contentType?: string;
  body?: string;
}

/** One thing of a request that could not be understood; the rest goes on. `detail` holds no personal data. */
export interface Unparsed {
  pointer: string;
  detail: string;
}

/** What a request holds. Where something is `unparsed` the door keeps the whole request as a dead letter beside. */
export interface ParseResult {
  interactions: Interaction[];
  unparsed: Unparsed[];
}

/**
 * Turns one provider's raw input into interactions. Pure: no Nest, database, bus, clock or network inside.
 * The contract suite (`./testing`) holds for every adapter.
 */
export interface Adapter {
  /** Slug in `POST /v1/webhooks/{provider}/{account}`. */
  readonly provider: string;
  readonly channel: string;
  /** Media types it takes; another is answered 415. */
  readonly mediaTypes: readonly string[];
  /**
   * Namespaces of the identities this provider itself proves: it, and not the sender, says whose account wrote.
   * Only there does `verified` of the adapter's claims count. A caller ID is no proof.
   */
  readonly proves: readonly string[];
  /** True where the signature fits these bytes and this address, compared in constant time. False for an account without a secret. Never throws. */
  verify(request: RawRequest, account: AdapterAccount): boolean;
  /** The answer to a GET challenge, or undefined where it is none or the token is wrong (403). */
  handshake?(request: RawRequest, account: AdapterAccount): ProviderAnswer | undefined;
  /**
   * Interactions in the order of the request; on redelivery the same ones, whatever the time of receipt (only `occurredAt` may
   * fall back on it). Throws ThroughlineError `malformed` where nothing can be read (then the raw
   * body is kept as a dead letter).
   */
  parse(request: RawRequest, account: AdapterAccount, receivedAt: Date): ParseResult;
  /** What the provider must hear when all is durable. */
  answer(): ProviderAnswer;
}
