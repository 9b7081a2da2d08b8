/**
 * What must happen next decides the class of an error; only `bus` maps it to the broker, only `platform` to HTTP.
 * - `rejected`: the input will never do; park it, or refuse it (4xx).
 * - `unauthorized`: the credential will not do; refuse, and count it as suspicious.
 * - `rate-limited`: the same call may pass after `retryAfterMs`.
 * - `unavailable`: something we lean on is down; try again.
 */
export type ErrorKind = 'rejected' | 'unauthorized' | 'rate-limited' | 'unavailable';

/** A field of the input that will not do. `pointer` is a JSON Pointer (RFC 6901) into it; `detail` never repeats the value. */
export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

/** What an error says beside its kind. */
export interface ErrorOptions {
  /** Stable slug of the problem type: `/problems/<slug>`. */
  slug: string;
  detail: string;
  /** HTTP status where the kind's own (422, 401, 429, 503) is not the right one. */
  status?: number;
  errors?: FieldError[];
  retryAfterMs?: number;
  cause?: unknown;
}

/** A surprise or a refusal that crosses a border. Its message holds no personal data and no secret. */
export class ThroughlineError extends Error {
  readonly slug: string;
  readonly status: number;
  readonly errors: FieldError[];
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly kind: ErrorKind,
    options: ErrorOptions,
  ) {
    super(options.detail, { cause: options.cause });
    this.name = 'ThroughlineError';
    this.slug = options.slug;
    this.status = options.status ?? STATUS[kind];
    this.errors = options.errors ?? [];
    this.retryAfterMs = options.retryAfterMs ?? (kind === 'unavailable' ? 1000 : undefined);
  }
}

/** True for what will never do, however often it is tried. */
export const isRejected = (error: unknown): error is ThroughlineError => error instanceof ThroughlineError && error.kind === 'rejected';

/** True where nothing is wrong with the input: something we lean on is away, or wants us to wait. */
export const isPassing = (error: unknown): error is ThroughlineError =>
  error instanceof ThroughlineError && (error.kind === 'unavailable' || error.kind === 'rate-limited');

const STATUS: Record<ErrorKind, number> = { rejected: 422, unauthorized: 401, 'rate-limited': 429, unavailable: 503 };

/** 422 where `more.status` says nothing else: the input will never do. */
export const rejected = (slug: string, detail: string, more: Partial<ErrorOptions> = {}) =>
  new ThroughlineError('rejected', { slug, detail, ...more });
/** What is read. Throws `rejected` with this slug where that throws anything: bytes that are not what they should be will never be. */
export function readOrReject<T>(read: () => T, slug: string, detail: string): T {
  try {
    return read();
  } catch (cause) {
    throw rejected(slug, detail, { cause });
  }
}

/** 401: the credential will not do. */
export const unauthorized = (slug: string, detail: string) => new ThroughlineError('unauthorized', { slug, detail });
/** 503, `retryAfterMs` 1000: something we lean on is down. */
export const unavailable = (slug: string, detail: string, cause?: unknown) =>
  new ThroughlineError('unavailable', { slug, detail, cause });
/** 404: also what another tenant's id answers. */
export const notFound = (slug: string, detail: string) => rejected(slug, detail, { status: 404 });
/** 400: the input does not have the promised form. */
export const malformed = (detail: string, errors: FieldError[] = []) =>
  rejected('malformed', detail, { status: 400, errors });
