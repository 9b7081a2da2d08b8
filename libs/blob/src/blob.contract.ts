/**
 * Why a blob is kept, and so how long: each class lies apart and is expired on its own.
 * - `transit`: bodies over 256 KiB on their way over the bus; the log keeps its own copy (`expireBlobs`: 17 days).
 * - `raw`: input as it came, by which parsing can be proven or repeated (122 days).
 * - `log`: bodies that a log names (as long as the log).
 * - `attachment`: what people sent (the tenant's own rule).
 */
export type BlobClass = 'transit' | 'raw' | 'log' | 'attachment';

/** Large and raw content. It stores what it is given: callers seal first. Tenants and ids are UUIDs in lower case; `TypeError` where they are not. */
export interface BlobStore {
  /** Durable when it resolves; the same id again replaces nothing and resolves. Throws `unavailable` (`blob-store-unavailable`). @param kind `log` where none is said */
  put(tenant: string, id: string, bytes: Uint8Array, kind?: BlobClass): Promise<void>;
  /** Undefined where there is none. Throws `rejected` (`blob-hash-mismatch`) where the store gives back other bytes than it was given. */
  get(tenant: string, id: string, kind?: BlobClass): Promise<Buffer | undefined>;
  delete(tenant: string, id: string, kind?: BlobClass): Promise<void>;
  healthy(): Promise<boolean>;
}

/** Whose blob it is, and which. */
export interface BlobName {
  tenant: string;
  id: string;
  /** `log` where none is said. */
  kind?: BlobClass;
}

/** What is known of a blob: its size, and the SHA-256 (64 hexadecimal digits) of its bytes as they are stored. */
export interface BlobInfo {
  bytes: number;
  sha256: string;
}

/** What a writer promises. */
export interface WriteTerms {
  /** More bytes than this are refused: `rejected` (`blob-too-large`, 413), and nothing of them is kept. */
  maxBytes: number;
  /** 64 hexadecimal digits. Other content is refused: `rejected` (`blob-hash-mismatch`), and nothing of it is kept. */
  sha256?: string;
}

/** As in `Buffer.subarray`: from `start` up to, not with, `end`; what lies outside of the blob is left out. */
export interface ByteRange {
  start: number;
  end?: number;
}

/** A blob and (a range of) its content. Read it once, to its end or not. */
export interface BlobContent extends BlobInfo {
  /** Throws `blob-store-unavailable` where the store goes away; when read whole, `blob-hash-mismatch` at its end where the bytes are others; `blob-missing` where it is deleted meanwhile. */
  content: AsyncIterable<Buffer>;
}

/**
 * One resumable upload. Parts come one after the other, each of `partBytes` but the last; a part is durable when `append`
 * resolves, and nobody sees the blob before `finish`. One call at a time. Throws `rejected` (`blob-upload-unknown`, 404)
 * where it was finished, abandoned or swept meanwhile.
 */
export interface BlobUpload {
  /** Names the upload; another process goes on by it. */
  readonly session: string;
  readonly partBytes: number;
  /** Bytes that are kept so far: where the next part begins. */
  readonly offset: number;
  /**
   * The offset after it. A part that is there already is compared and not kept twice, so a part may be sent again.
   * Throws `rejected`: `blob-part-out-of-order` (409) where it does not begin at `offset` nor where an earlier part began,
   * `blob-part-differs` (409) where an earlier one had other bytes, `blob-part-size` where it is empty, larger than
   * `partBytes` or follows a smaller one, `blob-too-large` (413; the upload is then gone).
   */
  append(offset: number, part: Uint8Array): Promise<number>;
  /** The blob is there, whole and durable. Says what lies under the name: an earlier blob of that name stays. Throws `rejected` (`blob-hash-mismatch`; the upload is then gone). */
  finish(): Promise<BlobInfo>;
  abandon(): Promise<void>;
}

/** The store for content of any size, in bounded memory: about two parts (16 MiB) for each stream that passes. */
export interface BlobStreams extends BlobStore {
  /** Stores a stream whole or not at all. Errors of the source pass through, and then nothing is kept. Says what lies under the name: the first blob stays. */
  write(name: BlobName, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, terms: WriteTerms): Promise<BlobInfo>;
  read(name: BlobName, range?: ByteRange): Promise<BlobContent | undefined>;
  info(name: BlobName): Promise<BlobInfo | undefined>;
  begin(name: BlobName, terms: WriteTerms): Promise<BlobUpload>;
  /** Undefined where there is no such upload (any more): ask `info` whether it was finished. */
  resume(tenant: string, session: string): Promise<BlobUpload | undefined>;
  /** Deletes the blobs of a class, of every tenant, that were stored before this time by the store's own clock. How many. Safe to repeat, from any process. */
  expire(kind: BlobClass, before: Date): Promise<number>;
  /** Deletes what unfinished uploads, writers that died and deletes that were cut short left before this time: give an hour or more. How many. */
  sweep(before: Date): Promise<number>;
  close(): Promise<void>;
}
