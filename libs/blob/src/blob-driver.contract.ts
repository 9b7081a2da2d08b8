import type { BlobClass, BlobInfo } from './blob.contract';

/** 8 MiB: over the 5 MiB that S3 wants of a part, and 10,000 of them (its limit) make 80 GB. */
export const PART_BYTES = 8 * 1024 * 1024;

/** A name whose form was checked: safe as a folder, a key, a parameter. */
export interface Place {
  tenant: string;
  kind: BlobClass;
  id: string;
}

export interface Part {
  bytes: number;
  sha256: string;
  /** The driver's own mark (S3: the ETag). */
  tag?: string;
}

/** An upload as the store knows it. */
export interface UploadState {
  session: string;
  place: Place;
  maxBytes: number;
  sha256?: string;
  /** In order, without gaps; the part n begins at n * PART_BYTES. */
  parts: readonly Part[];
  /** The driver's own mark (S3: the multipart upload's id). */
  tag?: string;
}

/** From `start` up to `end`, inside the blob. */
export interface Span {
  start: number;
  end: number;
}

export interface Opened extends BlobInfo {
  content: AsyncIterable<Buffer>;
}

/** The parts of unfinished uploads. */
export interface UploadParts {
  find(tenant: string, session: string): Promise<UploadState | undefined>;
  /** Keeps the part that follows `upload.parts`, or says which one lies there already. Throws `rejected` (`blob-upload-unknown`). */
  add(upload: UploadState, bytes: Uint8Array, sha256: string): Promise<Part>;
  /** The parts' bytes, one after the other, before they are a blob. */
  readBack(upload: UploadState): AsyncIterable<Uint8Array>;
}

/**
 * Where bytes lie. A driver knows nothing of limits, order or hashes: `DrivenBlobStore` does. Any error of a driver but
 * `rejected` counts as "the store cannot be used".
 */
export interface BlobDriver {
  readonly uploads: UploadParts;
  /** At most PART_BYTES. The first under a name stays. */
  put(place: Place, bytes: Uint8Array, sha256: string): Promise<void>;
  stat(place: Place): Promise<BlobInfo | undefined>;
  /** @param span of the blob's size what is to be read; undefined: all. */
  open(place: Place, span?: (bytes: number) => Span): Promise<Opened | undefined>;
  delete(place: Place): Promise<void>;
  /** Keeps an upload's terms and gives back what else the driver keeps of it. */
  begin(upload: UploadState): Promise<UploadState>;
  /** Makes the parts the blob of that name, unless there is one; the upload is gone then. Safe to repeat when it failed. */
  commit(upload: UploadState, info: BlobInfo): Promise<void>;
  discard(upload: UploadState): Promise<void>;
  expire(kind: BlobClass, before: Date): Promise<number>;
  sweep(before: Date): Promise<number>;
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}
