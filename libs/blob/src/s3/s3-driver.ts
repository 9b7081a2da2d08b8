import type { S3 } from '@aws-sdk/client-s3';
import type { BlobClass, BlobInfo } from '../blob.contract';
import type { BlobDriver, Opened, Place, Span, UploadState } from '../blob-driver.contract';
import { collected } from '../collected';
import { S3Bucket, type Head } from './s3-bucket';
import { S3Keys } from './s3-keys';
import type { S3Options } from './s3-options';
import { S3Uploads } from './s3-uploads';

/** Blobs that are deleted at the same time. */
const DELETES = 16;

/** Blobs in a bucket. One of up to 8 MiB is one object, written and read by one request; a larger one is a name and its content. */
export class S3Driver implements BlobDriver {
  private readonly bucket: S3Bucket;
  private readonly keys: S3Keys;
  readonly uploads: S3Uploads;

  constructor(
    private readonly s3: S3,
    { bucket, prefix, conditional = true }: S3Options,
  ) {
    this.bucket = new S3Bucket(s3, bucket, conditional);
    this.keys = new S3Keys(prefix);
    this.uploads = new S3Uploads(this.bucket, this.keys);
  }

  async put(place: Place, bytes: Uint8Array, sha256: string): Promise<void> {
    await this.bucket.putFirst(this.keys.name(place), bytes, { sha256 });
  }

  async stat(place: Place): Promise<BlobInfo | undefined> {
    const head = await this.bucket.head(this.keys.name(place));
    return head && infoOf(head);
  }

  async open(place: Place, span?: (bytes: number) => Span): Promise<Opened | undefined> {
    return span ? this.openSpan(place, span) : this.openWhole(place);
  }

  /** The content first: a delete that is cut short leaves a name without content, which reads as nothing and is deleted again. */
  async delete(place: Place): Promise<void> {
    const key = this.keys.name(place);
    const head = await this.bucket.head(key);
    if (!head) return;
    if (head.metadata.content) await this.bucket.delete(this.keys.content(place, head.metadata.content));
    await this.bucket.delete(key);
  }

  begin(upload: UploadState): Promise<UploadState> {
    return this.uploads.begin(upload);
  }

  commit(upload: UploadState, info: BlobInfo): Promise<void> {
    return this.uploads.commit(upload, info);
  }

  discard(upload: UploadState): Promise<void> {
    return this.uploads.discard(upload);
  }

  async expire(kind: BlobClass, before: Date): Promise<number> {
    const names = this.keys.names(kind);
    let expired = 0;
    const batch: Place[] = [];
    for await (const { key, changedAt } of this.bucket.list(names)) {
      if (changedAt >= before) continue;
      const [tenant, id] = key.slice(names.length).split('/');
      batch.push({ kind, tenant: tenant!, id: id! });
      expired += 1;
      if (batch.length === DELETES) await this.deleteAll(batch.splice(0));
    }
    await this.deleteAll(batch);
    return expired;
  }

  sweep(before: Date): Promise<number> {
    return this.uploads.sweep(before);
  }

  healthy(): Promise<boolean> {
    return this.s3.headBucket({ Bucket: this.bucket.name }).then(
      () => true,
      () => false,
    );
  }

  close(): Promise<void> {
    this.s3.destroy();
    return Promise.resolve();
  }

  /** Waited for at once: what fails while something else is waited for is nobody's failure, and ends the process. */
  private async deleteAll(places: readonly Place[]): Promise<void> {
    await Promise.all(places.map((place) => this.delete(place)));
  }

  private async openWhole(place: Place): Promise<Opened | undefined> {
    const found = await this.bucket.get(this.keys.name(place));
    if (!found) return undefined;
    const { content } = found.metadata;
    if (!content) return { ...infoOf(found), content: found.body };
    // Nothing is in it, but its connection is free again only when it is read.
    await collected(found.body);
    const apart = await this.bucket.get(this.keys.content(place, content));
    return apart && { ...infoOf(found), content: apart.body };
  }

  private async openSpan(place: Place, span: (bytes: number) => Span): Promise<Opened | undefined> {
    const head = await this.bucket.head(this.keys.name(place));
    if (!head) return undefined;
    const info = infoOf(head);
    const { start, end } = span(info.bytes);
    // HTTP has no range without bytes.
    if (start === end) return { ...info, content: nothing() };
    const { content } = head.metadata;
    const found = await this.bucket.get(content ? this.keys.content(place, content) : this.keys.name(place), { start, end });
    return found && { ...info, content: found.body };
  }
}

const infoOf = ({ bytes, metadata }: Head): BlobInfo => ({ bytes: Number(metadata.bytes ?? bytes), sha256: metadata.sha256 ?? '' });

async function* nothing(): AsyncGenerator<Buffer> {}
