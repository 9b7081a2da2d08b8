import type { BlobInfo } from '../blob.contract';
import type { Part, Place, UploadParts, UploadState } from '../blob-driver.contract';
import { collected } from '../collected';
import { partDiffers, uploadUnknown } from '../store-errors';
import { unlessMissing, type S3Bucket } from './s3-bucket';
import type { S3Keys } from './s3-keys';

/** What lies under `uploads/<tenant>/<session>`. */
type UploadRecord = Omit<UploadState, 'session'>;

/**
 * Large content is uploaded in parts under a key of its own, which nobody knows yet; the name, an empty object that points
 * to it, is written last and only if there is none. So the SHA-256 can be known (and compared) before anybody sees the
 * blob, and the one condition needed is that of PutObject. A record of the upload says what to sweep.
 */
export class S3Uploads implements UploadParts {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: S3Keys,
  ) {}

  async begin(upload: UploadState): Promise<UploadState> {
    const { UploadId } = await this.bucket.s3.createMultipartUpload(this.content(upload));
    const begun = { ...upload, tag: UploadId };
    await this.record(begun);
    return begun;
  }

  async find(tenant: string, session: string): Promise<UploadState | undefined> {
    const found = await this.bucket.get(this.keys.upload(tenant, session));
    if (!found) return undefined;
    const record = JSON.parse((await collected(found.body)).toString()) as UploadRecord;
    return { ...record, session };
  }

  /** A part counts once the record names it: one that was sent and not recorded is sent again, over itself. */
  async add(upload: UploadState, bytes: Uint8Array, sha256: string): Promise<Part> {
    const place = { ...this.content(upload), UploadId: upload.tag, PartNumber: upload.parts.length + 1 };
    const { ETag } = await this.bucket.s3.uploadPart({ ...place, Body: bytes }).catch((error) => this.whyNot(upload, error));
    const part = { bytes: bytes.length, sha256, tag: ETag };
    await this.record({ ...upload, parts: [...upload.parts, part] });
    return part;
  }

  async *readBack(upload: UploadState): AsyncGenerator<Buffer> {
    await this.gather(upload);
    const found = await this.bucket.get(this.keys.content(upload.place, upload.session));
    if (!found) throw uploadUnknown();
    yield* found.body;
  }

  async commit(upload: UploadState, { bytes, sha256 }: BlobInfo): Promise<void> {
    // No parts make no multipart upload: the name alone is then the empty blob.
    const empty = upload.parts.length === 0;
    if (!empty) await this.gather(upload);
    else if (!(await this.find(upload.place.tenant, upload.session))) throw uploadUnknown();
    const pointer = { sha256, ...(!empty && { content: upload.session, bytes: String(bytes) }) };
    await this.bucket.putFirst(this.keys.name(upload.place), Buffer.of(), pointer);
    await this.discard(upload);
  }

  /** Safe at any time: content that a name points to stays. */
  async discard({ place, session, tag }: Pick<UploadState, 'place' | 'session' | 'tag'>): Promise<void> {
    await this.abort(this.keys.content(place, session), tag);
    const named = await this.bucket.head(this.keys.name(place));
    if (named?.metadata.content !== session) await this.bucket.delete(this.keys.content(place, session));
    await this.bucket.delete(this.keys.upload(place.tenant, session));
  }

  /** Uploads by their records, then multipart uploads that died before they had one. */
  async sweep(before: Date): Promise<number> {
    const orphans = await this.multipartUploads(before);
    let swept = 0;
    for await (const { key, changedAt } of this.bucket.list(this.keys.uploads())) {
      const [tenant, session] = key.slice(this.keys.uploads().length).split('/');
      const upload = changedAt < before ? await this.find(tenant!, session!) : undefined;
      orphans.delete(session!);
      if (!upload) continue;
      await this.discard(upload);
      swept += 1;
    }
    for (const { key, tag } of orphans.values()) await this.abort(key, tag);
    return swept + orphans.size;
  }

  private content({ place, session }: { place: Place; session: string }) {
    return { Bucket: this.bucket.name, Key: this.keys.content(place, session) };
  }

  private record({ session, ...record }: UploadState): Promise<void> {
    return this.bucket.put(this.keys.upload(record.place.tenant, session), Buffer.from(JSON.stringify(record satisfies UploadRecord)));
  }

  /** Makes the parts one object. Safe to repeat: the second time there is the object and no upload. */
  private async gather(upload: UploadState): Promise<void> {
    const Parts = upload.parts.map(({ tag }, index) => ({ ETag: tag, PartNumber: index + 1 }));
    const request = { ...this.content(upload), UploadId: upload.tag, MultipartUpload: { Parts } };
    const sent = this.bucket.s3.completeMultipartUpload(request).catch(otherParts).catch(unlessMissing);
    const done = await sent.catch((error) => this.whyNot(upload, error));
    if (!done && !(await this.bucket.head(request.Key))) throw uploadUnknown();
  }

  /** Amazon answers 404 where the upload is gone, other servers 500: the record tells. */
  private async whyNot({ place, session }: UploadState, error: unknown): Promise<never> {
    throw (await this.find(place.tenant, session)) ? error : uploadUnknown();
  }

  private async abort(key: string, tag: string | undefined): Promise<void> {
    await this.bucket.s3.abortMultipartUpload({ Bucket: this.bucket.name, Key: key, UploadId: tag }).catch(unlessMissing);
  }

  private async multipartUploads(before: Date): Promise<Map<string, { key: string; tag: string }>> {
    const found = new Map<string, { key: string; tag: string }>();
    for (let marker: { KeyMarker?: string; UploadIdMarker?: string } = {}; ; ) {
      const page = await this.bucket.s3.listMultipartUploads({ Bucket: this.bucket.name, Prefix: this.keys.contents(), ...marker });
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (Initiated && Initiated < before) found.set(Key!.split('/').at(-1)!, { key: Key!, tag: UploadId! });
      }
      if (!page.IsTruncated) return found;
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
  }
}

/** Another process went on with the upload and sent other bytes under a number. */
const otherParts = (error: { name?: string }): never => {
  throw error.name === 'InvalidPart' ? partDiffers() : error;
};

