// HEAD answers 404 without a word for a missing bucket as for a missing object: of a bucket that was not there (or another endpoint's) it was
// said that the blob is none, and that it had been deleted.
import { randomUUID } from 'node:crypto';
import { openS3BlobStore } from './open-blob-store';

const endpoint = process.env.TL_TEST_AWS;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

(endpoint ? it : it.skip)('a missing bucket is no missing blob, whatever is asked', async () => {
  const store = await openS3BlobStore({ bucket: `missing-${randomUUID()}`, endpoint, pathStyle: true, credentials });
  const name = { tenant: randomUUID(), id: randomUUID() };
  const unavailable = { slug: 'blob-store-unavailable' };
  try {
    await expect(store.info(name)).rejects.toMatchObject(unavailable);
    await expect(store.read(name, { start: 0 })).rejects.toMatchObject(unavailable);
    await expect(store.delete(name.tenant, name.id)).rejects.toMatchObject(unavailable);
  } finally {
    await store.close();
  }
});
