// Deletes were under way while the next page was asked for. Where the store was throttled (503 SlowDown) in this moment their failures were
// nobody's, and an unhandled rejection ends the process: admin's, or the one of everything.
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { DrivenBlobStore } from './driven-blob-store';
import { S3Driver } from './s3/s3-driver';

const slowDown = () => Object.assign(new Error('SlowDown'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });

it('blobs that expire while the store is throttled fail with the expiry, and with nothing else', async () => {
  const unhandled: unknown[] = [];
  const hear = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', hear);
  const page = { Contents: [{ Key: `raw/${randomUUID()}/${randomUUID()}`, LastModified: new Date(0) }], NextContinuationToken: 'next' };
  const s3 = {
    listObjectsV2: async ({ ContinuationToken }: { ContinuationToken?: string }) => {
      if (!ContinuationToken) return page;
      await turn();
      throw slowDown();
    },
    headObject: () => Promise.reject(slowDown()),
  } as unknown as S3;
  try {
    const store = new DrivenBlobStore(new S3Driver(s3, { bucket: 'throttled' }));
    await expect(store.expire('raw', new Date())).rejects.toMatchObject({ slug: 'blob-store-unavailable' });
    await turn();
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', hear);
  }
});
