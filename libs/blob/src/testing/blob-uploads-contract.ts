import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobName, BlobStreams, BlobUpload } from '../blob.contract';
import { PART_BYTES } from '../blob-driver.contract';
import { sha256Of } from '../checked-content';
import { openBlobStore } from '../open-blob-store';
import type { BlobPlace } from './blob-store-under-test';

const KEPT = { maxBytes: 10 * PART_BYTES };
const HOUR_MS = 3_600_000;

/** What holds for uploads that go on after a break, in every blob store. */
export function blobUploadsContract(name: string, open: () => Promise<BlobPlace>): void {
  describe(`resumable uploads of blobs: ${name}`, () => {
    let store: BlobStreams;
    /** As another process would open it. */
    let other: BlobStreams;
    let place: BlobPlace;
    let blob: BlobName;
    const bytes = randomBytes(2 * PART_BYTES + 1234);
    const part = (number: number) => bytes.subarray(number * PART_BYTES, (number + 1) * PART_BYTES);
    const info = { bytes: bytes.length, sha256: sha256Of(bytes) };
    const unknown = { kind: 'rejected', slug: 'blob-upload-unknown', status: 404 };

    beforeAll(async () => {
      place = await open();
      store = await openBlobStore(place.url);
      other = await openBlobStore(place.url);
    });
    beforeEach(() => {
      blob = { tenant: randomUUID(), id: randomUUID(), kind: 'attachment' };
    });
    afterAll(async () => {
      await Promise.all([store.close(), other.close()]);
      await place.close();
    });

    const stored = () => store.get(blob.tenant, blob.id, blob.kind);
    const goOn = async (upload: BlobUpload) => (await other.resume(blob.tenant, upload.session))!;

    it('shows nothing before it is finished, and then the whole', async () => {
      const upload = await store.begin(blob, KEPT);
      expect(upload).toMatchObject({ offset: 0, partBytes: PART_BYTES });
      expect(await upload.append(0, part(0))).toBe(PART_BYTES);
      expect(await upload.append(PART_BYTES, part(1))).toBe(2 * PART_BYTES);
      expect(await upload.append(2 * PART_BYTES, part(2))).toBe(bytes.length);
      expect(await store.info(blob)).toBeUndefined();
      expect(await upload.finish()).toEqual(info);
      expect((await stored())?.equals(bytes)).toBe(true);
      expect(await place.leftovers()).toEqual([]);
      expect(await other.resume(blob.tenant, upload.session)).toBeUndefined();
    });

    it('goes on in another process where it stopped, and knows the SHA-256 of all of it', async () => {
      const upload = await store.begin(blob, { ...KEPT, sha256: info.sha256 });
      await upload.append(0, part(0));
      const resumed = await goOn(upload);
      expect(resumed).toMatchObject({ session: upload.session, offset: PART_BYTES });
      await resumed.append(PART_BYTES, part(1));
      await resumed.append(2 * PART_BYTES, part(2));
      expect(await (await goOn(resumed)).finish()).toEqual(info);
      expect((await stored())?.equals(bytes)).toBe(true);
      expect(await place.leftovers()).toEqual([]);
    });

    it('refuses other content than was said, also when it was resumed, and is gone', async () => {
      const upload = await store.begin(blob, { ...KEPT, sha256: sha256Of(Buffer.from('other')) });
      await upload.append(0, part(0));
      await expect((await goOn(upload)).finish()).rejects.toMatchObject({ slug: 'blob-hash-mismatch' });
      expect(await store.info(blob)).toBeUndefined();
      expect(await place.leftovers()).toEqual([]);
    });

    it('takes a part that is sent twice once, before and after it is resumed', async () => {
      const upload = await store.begin(blob, KEPT);
      await upload.append(0, part(0));
      expect(await upload.append(0, part(0))).toBe(PART_BYTES);
      const resumed = await goOn(upload);
      expect(await resumed.append(0, part(0))).toBe(PART_BYTES);
      await resumed.append(PART_BYTES, part(1));
      await resumed.append(2 * PART_BYTES, part(2));
      expect(await resumed.append(2 * PART_BYTES, part(2))).toBe(bytes.length);
      expect(await resumed.finish()).toEqual(info);
      expect((await stored())?.equals(bytes)).toBe(true);
    });

    it('refuses other bytes for a part that is there, and goes on', async () => {
      const upload = await store.begin(blob, KEPT);
      await upload.append(0, part(0));
      const differs = { kind: 'rejected', slug: 'blob-part-differs', status: 409 };
      await expect(upload.append(0, part(1))).rejects.toMatchObject(differs);
      await expect(upload.append(0, part(0).subarray(1))).rejects.toMatchObject(differs);
      await expect((await goOn(upload)).append(0, part(1))).rejects.toMatchObject(differs);
      expect(await upload.append(PART_BYTES, part(1))).toBe(2 * PART_BYTES);
      await upload.abandon();
    });

    it('refuses parts out of order and of a wrong size, and goes on', async () => {
      const upload = await store.begin(blob, KEPT);
      await expect(upload.append(PART_BYTES, part(1))).rejects.toMatchObject({ kind: 'rejected', slug: 'blob-part-out-of-order', status: 409 });
      await expect(upload.append(5, part(1))).rejects.toMatchObject({ slug: 'blob-part-out-of-order' });
      await expect(upload.append(0, Buffer.of())).rejects.toMatchObject({ slug: 'blob-part-size' });
      await expect(upload.append(0, Buffer.alloc(PART_BYTES + 1))).rejects.toMatchObject({ slug: 'blob-part-size' });
      await upload.append(0, part(0));
      await upload.append(PART_BYTES, part(2));
      await expect(upload.append(upload.offset, part(1))).rejects.toMatchObject({ slug: 'blob-part-size' });
      expect(await upload.finish()).toMatchObject({ bytes: PART_BYTES + 1234 });
    });

    it('refuses more bytes than were said and is gone', async () => {
      const upload = await store.begin(blob, { maxBytes: PART_BYTES + 10 });
      await upload.append(0, part(0));
      await expect(upload.append(PART_BYTES, part(1))).rejects.toMatchObject({ slug: 'blob-too-large', status: 413 });
      expect(await other.resume(blob.tenant, upload.session)).toBeUndefined();
      expect(await place.leftovers()).toEqual([]);
    });

    it('makes an empty blob of no parts', async () => {
      expect(await (await store.begin(blob, KEPT)).finish()).toEqual({ bytes: 0, sha256: sha256Of(Buffer.of()) });
      expect((await stored())?.length).toBe(0);
      expect(await place.leftovers()).toEqual([]);
    });

    it('leaves an earlier blob of that name and says so', async () => {
      const upload = await store.begin(blob, KEPT);
      await upload.append(0, part(0));
      await store.put(blob.tenant, blob.id, Buffer.from('earlier'), blob.kind);
      expect(await upload.finish()).toEqual({ bytes: 7, sha256: sha256Of(Buffer.from('earlier')) });
      expect((await stored())?.toString()).toBe('earlier');
      expect(await place.leftovers()).toEqual([]);
    });

    it.each([0, 1])('takes nothing more once it is abandoned with %d parts', async (parts) => {
      const upload = await store.begin(blob, KEPT);
      for (let number = 0; number < parts; number += 1) await upload.append(number * PART_BYTES, part(number));
      const zombie = await goOn(upload);
      await upload.abandon();
      await upload.abandon();
      await expect(zombie.append(zombie.offset, part(parts))).rejects.toMatchObject(unknown);
      await expect(zombie.finish()).rejects.toMatchObject(unknown);
      expect(await store.info(blob)).toBeUndefined();
      expect(await place.leftovers()).toEqual([]);
    });

    it('is swept when it is old, and not before; blobs stay', async () => {
      await store.put(blob.tenant, blob.id, part(2), blob.kind);
      const upload = await store.begin({ ...blob, id: randomUUID() }, KEPT);
      await upload.append(0, part(0));
      expect(await other.sweep(new Date(Date.now() - HOUR_MS))).toBe(0);
      expect(await goOn(upload)).toMatchObject({ offset: PART_BYTES });
      expect(await other.sweep(new Date(Date.now() + HOUR_MS))).toBe(1);
      expect(await other.resume(blob.tenant, upload.session)).toBeUndefined();
      await expect(upload.append(PART_BYTES, part(1))).rejects.toMatchObject(unknown);
      expect(await place.leftovers()).toEqual([]);
      expect((await stored())?.equals(part(2))).toBe(true);
    });

    it('is another tenant\'s for nobody', async () => {
      const upload = await store.begin(blob, KEPT);
      expect(await other.resume(randomUUID(), upload.session)).toBeUndefined();
      await expect(other.resume(blob.tenant, '../x')).rejects.toThrow(TypeError);
      await upload.abandon();
    });
  });
}
