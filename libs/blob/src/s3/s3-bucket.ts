import type { S3 } from '@aws-sdk/client-s3';
import type { Span } from '../blob-driver.contract';

/** An object's own headers, as far as we need them. */
export interface Head {
  bytes: number;
  metadata: Record<string, string>;
}

export interface Listed {
  key: string;
  bytes: number;
  changedAt: Date;
}

/** Tries of a conditional write that meets another one (409). */
const CONFLICTS = 10;

const nameOf = (error: unknown) => (error as { name?: string }).name ?? '';
const statusOf = (error: unknown) => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
const isMissing = (error: unknown) => statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';

/** Turns "there is no such object" (or upload) into `undefined`. A bucket that is missing goes on: nothing in it can be trusted. */
export const unlessMissing = (error: unknown): undefined => {
  if (isMissing(error)) return undefined;
  throw error;
};

/** Objects of one bucket. */
export class S3Bucket {
  constructor(
    readonly s3: S3,
    readonly name: string,
    private conditional: boolean,
  ) {}

  async head(key: string): Promise<Head | undefined> {
    const head = await this.s3.headObject({ Bucket: this.name, Key: key }).catch(unlessMissing);
    // The answer to a HEAD has no body: its 404 does not say whether the object is missing or the bucket.
    if (!head) await this.s3.headBucket({ Bucket: this.name });
    return head && { bytes: head.ContentLength ?? 0, metadata: head.Metadata ?? {} };
  }

  async get(key: string, span?: Span): Promise<(Head & { body: AsyncIterable<Buffer> }) | undefined> {
    const Range = span && `bytes=${span.start}-${span.end - 1}`;
    const found = await this.s3.getObject({ Bucket: this.name, Key: key, Range }).catch(unlessMissing);
    if (!found) return undefined;
    // In Node the SDK's body is a stream of Node's (https://github.com/aws/aws-sdk-js-v3, supplemental-docs).
    return { bytes: found.ContentLength ?? 0, metadata: found.Metadata ?? {}, body: found.Body as unknown as AsyncIterable<Buffer> };
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.s3.putObject({ Bucket: this.name, Key: key, Body: body });
  }

  /**
   * Writes an object unless there is one; false where there was. Where the server knows no condition, two writers at the
   * same moment may both be told true, and the later one stays: ask `head` afterwards.
   */
  async putFirst(key: string, body: Uint8Array, metadata: Record<string, string>): Promise<boolean> {
    const object = { Bucket: this.name, Key: key, Body: body, Metadata: metadata };
    if (this.conditional) return this.putConditional(object);
    if (await this.head(key)) return false;
    await this.s3.putObject(object);
    return true;
  }

  async delete(key: string): Promise<void> {
    await this.s3.deleteObject({ Bucket: this.name, Key: key });
  }

  /** Not for the hot path: a thousand keys a request. */
  async *list(prefix: string): AsyncGenerator<Listed> {
    for (let token: string | undefined; ; ) {
      const page = await this.s3.listObjectsV2({ Bucket: this.name, Prefix: prefix, ContinuationToken: token });
      for (const { Key, Size, LastModified } of page.Contents ?? []) yield { key: Key!, bytes: Size ?? 0, changedAt: LastModified ?? new Date() };
      token = page.NextContinuationToken;
      if (!token) return;
    }
  }

  /**
   * 412: there is one. 409: another conditional write of the same key is under way, try again
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). 501: the server does not know conditions.
   */
  private async putConditional(object: { Bucket: string; Key: string; Body: Uint8Array; Metadata: Record<string, string> }): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.s3.putObject({ ...object, IfNoneMatch: '*' });
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        if (statusOf(error) === 501) {
          this.conditional = false;
          return this.putFirst(object.Key, object.Body, object.Metadata);
        }
        if (statusOf(error) !== 409 || attempt === CONFLICTS) throw error;
      }
    }
  }
}
