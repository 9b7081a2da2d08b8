import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobName, BlobStreams } from '../blob.contract';
import { PART_BYTES } from '../blob-driver.contract';
import { sha256Of } from '../checked-content';
import { openBlobStore } from '../open-blob-store';
import type { BlobPlace, Network } from './blob-store-under-test';

/** What holds in a blob store behind a network while it is away and when it is back. */
export function blobOutageContract(name: string, open: () => Promise<BlobPlace & { network: Network }>): void {
  describe(`blobs whose store goes away: ${name}`, () => {
    let store: BlobStreams;
    let place: BlobPlace & { network: Network };
    let blob: BlobName;
    const bytes = randomBytes(PART_BYTES + 1000);
    const unavailable = { kind: 'unavailable', slug: 'blob-store-unavailable' };

    beforeAll(async () => {
      place = await open();
      store = await openBlobStore(place.url);
    });
    beforeEach(() => {
      blob = { tenant: randomUUID(), id: randomUUID() };
    });
    afterAll(async () => {
      await store.close();
      await place.close();
    });

    it('are unavailable, and everything works again when it is back', async () => {
      await place.network.cut();
      await expect(store.put(blob.tenant, blob.id, bytes.subarray(0, 10))).rejects.toMatchObject(unavailable);
      await expect(store.get(blob.tenant, blob.id)).rejects.toMatchObject(unavailable);
      await expect(store.write(blob, [bytes], { maxBytes: bytes.length })).rejects.toMatchObject(unavailable);
      expect(await store.healthy()).toBe(false);
      await place.network.restore();
      expect(await store.healthy()).toBe(true);
      await store.put(blob.tenant, blob.id, bytes.subarray(0, 10));
      expect((await store.get(blob.tenant, blob.id))?.equals(bytes.subarray(0, 10))).toBe(true);
    });

    it('go on with an upload where it stopped', async () => {
      const upload = await store.begin(blob, { maxBytes: bytes.length });
      await upload.append(0, bytes.subarray(0, PART_BYTES));
      await place.network.cut();
      await expect(upload.append(PART_BYTES, bytes.subarray(PART_BYTES))).rejects.toMatchObject(unavailable);
      await expect(upload.finish()).rejects.toMatchObject(unavailable);
      await place.network.restore();
      expect(await upload.append(PART_BYTES, bytes.subarray(PART_BYTES))).toBe(bytes.length);
      expect(await upload.finish()).toEqual({ bytes: bytes.length, sha256: sha256Of(bytes) });
      expect((await store.get(blob.tenant, blob.id))?.equals(bytes)).toBe(true);
      expect(await place.leftovers()).toEqual([]);
    });

    it('say so in the middle of a reading, and never end it as if it were whole', async () => {
      await store.write(blob, [bytes], { maxBytes: bytes.length });
      const reading = (async () => {
        for await (const chunk of (await store.read(blob))!.content) {
          expect(chunk.length).toBeGreaterThan(0);
          await place.network.cut();
        }
      })();
      await expect(reading).rejects.toMatchObject(unavailable);
      await place.network.restore();
    });
  });
}
