import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobStore } from '../blob.contract';

/** What holds for every blob store. */
export function blobStoreContract(name: string, open: () => Promise<{ store: BlobStore; close(): Promise<void> }>): void {
  describe(`blob store: ${name}`, () => {
    let store: BlobStore;
    let close: () => Promise<void>;
    let tenant: string;
    let id: string;

    beforeAll(async () => {
      ({ store, close } = await open());
    });
    beforeEach(() => {
      tenant = randomUUID();
      id = randomUUID();
    });
    afterAll(() => close());

    it.each([0, 1, 256 * 1024 + 1, 5 * 1024 * 1024])('gives back %d bytes as they were', async (size) => {
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

    it.each(['../../etc/passwd', '', 'not-a-uuid'])('refuses the name %p', async (bad) => {
      await expect(store.put(tenant, bad, Buffer.of())).rejects.toThrow(TypeError);
      await expect(store.get(bad, id)).rejects.toThrow(TypeError);
    });

    it('is healthy', async () => {
      expect(await store.healthy()).toBe(true);
    });
  });
}
