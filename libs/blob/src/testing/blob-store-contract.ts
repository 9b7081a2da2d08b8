import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobStreams } from '../blob.contract';
import { openBlobStore } from '../open-blob-store';
import type { BlobPlace } from './blob-store-under-test';

/** What holds for every blob store: small content, names, classes. */
export function blobStoreContract(name: string, open: () => Promise<BlobPlace>): void {
  describe(`blob store: ${name}`, () => {
    let store: BlobStreams;
    let place: BlobPlace;
    let tenant: string;
    let id: string;

    beforeAll(async () => {
      place = await open();
      store = await openBlobStore(place.url);
    });
    beforeEach(() => {
      tenant = randomUUID();
      id = randomUUID();
    });
    afterAll(async () => {
      await store.close();
      await place.close();
    });

    it.each([0, 1, 256 * 1024 + 1, 5 * 1024 * 1024, 9 * 1024 * 1024])('gives back %d bytes as they were', async (size) => {
      const bytes = randomBytes(size);
      await store.put(tenant, id, bytes);
      expect((await store.get(tenant, id))?.equals(bytes)).toBe(true);
    });

    it('has nothing under an id that was never put', async () => {
      expect(await store.get(tenant, id)).toBeUndefined();
    });

    it('keeps the first blob when the same id is put again', async () => {
      await store.put(tenant, id, Buffer.from('first'));
      await store.put(tenant, id, Buffer.from('second'));
      expect((await store.get(tenant, id))?.toString()).toBe('first');
    });

    it('keeps one whole blob when the same id is put many times at once', async () => {
      const bytes = randomBytes(300_000);
      await Promise.all(Array.from({ length: 8 }, () => store.put(tenant, id, bytes)));
      expect((await store.get(tenant, id))?.equals(bytes)).toBe(true);
    });

    it('shows no tenant another\'s blob', async () => {
      await store.put(tenant, id, Buffer.from('mine'));
      expect(await store.get(randomUUID(), id)).toBeUndefined();
    });

    it('has nothing after a delete, and deletes again without complaint', async () => {
      await store.put(tenant, id, Buffer.from('gone'));
      await store.delete(tenant, id);
      await store.delete(tenant, id);
      expect(await store.get(tenant, id)).toBeUndefined();
    });

    it('keeps each class of blobs apart', async () => {
      await store.put(tenant, id, Buffer.from('transit'), 'transit');
      await store.put(tenant, id, Buffer.from('raw'), 'raw');
      expect((await store.get(tenant, id, 'transit'))?.toString()).toBe('transit');
      expect((await store.get(tenant, id, 'raw'))?.toString()).toBe('raw');
      expect(await store.get(tenant, id)).toBeUndefined();
    });

    it('expires what is older of one class only, small or large', async () => {
      const large = randomBytes(9 * 1024 * 1024);
      await store.put(tenant, id, Buffer.from('small'), 'transit');
      await store.put(tenant, randomUUID(), large, 'transit');
      await store.put(tenant, id, Buffer.from('raw'), 'raw');
      expect(await store.expire('transit', new Date(Date.now() - 3_600_000))).toBe(0);
      expect(await store.expire('transit', new Date(Date.now() + 3_600_000))).toBeGreaterThanOrEqual(2);
      expect(await store.expire('transit', new Date(Date.now() + 3_600_000))).toBe(0);
      expect(await store.get(tenant, id, 'transit')).toBeUndefined();
      expect((await store.get(tenant, id, 'raw'))?.toString()).toBe('raw');
      expect(await place.leftovers()).toEqual([]);
    });

    it('refuses a class it does not know', async () => {
      await expect(store.put(tenant, id, Buffer.of(), 'other' as 'raw')).rejects.toThrow(TypeError);
    });

    it.each(['../../etc/passwd', '', 'not-a-uuid'])('refuses the name %p', async (bad) => {
      await expect(store.put(tenant, bad, Buffer.of())).rejects.toThrow(TypeError);
      await expect(store.get(bad, id)).rejects.toThrow(TypeError);
    });

    it('is healthy', async () => {
      expect(await store.healthy()).toBe(true);
    });
  });
}
