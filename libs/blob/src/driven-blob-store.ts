import { randomUUID } from 'node:crypto';
import type { BlobClass, BlobContent, BlobInfo, BlobName, BlobStreams, BlobUpload, ByteRange, WriteTerms } from './blob.contract';
import { PART_BYTES, type BlobDriver, type Place } from './blob-driver.contract';
import { checkedContent, sha256Of } from './checked-content';
import { collected } from './collected';
import { DrivenUpload } from './driven-upload';
import { partsOf } from './parts';
import { checkUuids, placeOf, spanOf } from './place';
import { guarded, guardedStream, hashMismatch, tooLarge } from './store-errors';

const SHA256 = /^[0-9a-f]{64}$/;

/** The promises of a blob store over any driver. */
export class DrivenBlobStore implements BlobStreams {
  constructor(private readonly driver: BlobDriver) {}

  async put(tenant: string, id: string, bytes: Uint8Array, kind?: BlobClass): Promise<void> {
    const place = placeOf({ tenant, id, kind });
    if (bytes.length <= PART_BYTES) await guarded(() => this.driver.put(place, bytes, sha256Of(bytes)));
    else await this.write({ tenant, id, kind }, [bytes], { maxBytes: bytes.length });
  }

  async get(tenant: string, id: string, kind?: BlobClass): Promise<Buffer | undefined> {
    const blob = await this.read({ tenant, id, kind });
    return blob && collected(blob.content);
  }

  async delete(tenant: string, id: string, kind?: BlobClass): Promise<void> {
    const place = placeOf({ tenant, id, kind });
    await guarded(() => this.driver.delete(place));
  }

  async write(name: BlobName, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, terms: WriteTerms): Promise<BlobInfo> {
    const place = placeOf(name);
    const parts = partsOf(source, PART_BYTES);
    try {
      // The first part is looked at before an upload begins: most content has no second.
      const first = await nextOf(parts);
      if (first.length < PART_BYTES) return await this.putSmall(place, first, checked(terms));
      return await this.writeParts(name, first, parts, terms);
    } finally {
      // Lets the source end (a file, a request) where we left off before its end.
      await parts.return(undefined);
    }
  }

  async read(name: BlobName, range?: ByteRange): Promise<BlobContent | undefined> {
    const place = placeOf(name);
    const opened = await guarded(() => this.driver.open(place, range && spanOf(range)));
    if (!opened) return undefined;
    const { bytes, sha256 } = opened;
    const content = guardedStream(opened.content);
    return { bytes, sha256, content: range ? content : checkedContent(content, sha256) };
  }

  async info(name: BlobName): Promise<BlobInfo | undefined> {
    const place = placeOf(name);
    return guarded(() => this.driver.stat(place));
  }

  async begin(name: BlobName, terms: WriteTerms): Promise<BlobUpload> {
    const { maxBytes, sha256 } = checked(terms);
    const state = { session: randomUUID(), place: placeOf(name), maxBytes, sha256, parts: [] };
    return new DrivenUpload(this.driver, await guarded(() => this.driver.begin(state)));
  }

  async resume(tenant: string, session: string): Promise<BlobUpload | undefined> {
    checkUuids(tenant, session);
    const state = await guarded(() => this.driver.uploads.find(tenant, session));
    return state && new DrivenUpload(this.driver, state);
  }

  expire(kind: BlobClass, before: Date): Promise<number> {
    return guarded(() => this.driver.expire(kind, before));
  }

  sweep(before: Date): Promise<number> {
    return guarded(() => this.driver.sweep(before));
  }

  healthy(): Promise<boolean> {
    return this.driver.healthy();
  }

  close(): Promise<void> {
    return this.driver.close();
  }

  private async putSmall(place: Place, bytes: Uint8Array, terms: WriteTerms): Promise<BlobInfo> {
    if (bytes.length > terms.maxBytes) throw tooLarge(terms.maxBytes);
    const sha256 = sha256Of(bytes);
    if (terms.sha256 !== undefined && terms.sha256 !== sha256) throw hashMismatch();
    await guarded(() => this.driver.put(place, bytes, sha256));
    return (await guarded(() => this.driver.stat(place))) ?? { bytes: bytes.length, sha256 };
  }

  private async writeParts(name: BlobName, first: Buffer, rest: AsyncIterable<Buffer>, terms: WriteTerms): Promise<BlobInfo> {
    const upload = await this.begin(name, terms);
    try {
      await upload.append(0, first);
      for await (const part of rest) await upload.append(upload.offset, part);
      return await upload.finish();
    } catch (error) {
      // Why it failed is what the caller must hear; where even this fails, the upload is swept later.
      await upload.abandon().catch(() => undefined);
      throw error;
    }
  }
}

/** There is always a first part. */
async function nextOf(parts: AsyncIterator<Buffer>): Promise<Buffer> {
  const { value } = await parts.next();
  return value;
}

function checked(terms: WriteTerms): WriteTerms {
  if (terms.sha256 !== undefined && !SHA256.test(terms.sha256)) throw new TypeError('A SHA-256 is 64 hexadecimal digits in lower case.');
  if (!(terms.maxBytes >= 0)) throw new TypeError('A limit is a number of bytes.');
  return terms;
}
