import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobName, BlobStreams } from '../blob.contract';
import { PART_BYTES } from '../blob-driver.contract';
import { sha256Of } from '../checked-content';
import { openBlobStore } from '../open-blob-store';
import { startWriter, type BlobPlace } from './blob-store-under-test';
import { mebibytes } from './blob-writer';

const KEPT = { maxBytes: 10 * PART_BYTES };
const later = () => new Date(Date.now() + 3_600_000);

/** What holds in every blob store when writers are killed. */
export function blobFaultsContract(name: string, open: () => Promise<BlobPlace>): void {
  describe(`blobs whose writer is killed: ${name}`, () => {
    let store: BlobStreams;
    let place: BlobPlace;
    let blob: BlobName;

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

    it('shows nothing of a stream whose writer was killed, sweeps it, and the name is free', async () => {
      const { child, ended } = await startWriter(place.url, blob.tenant, blob.id, '20', 'hang');
      child.kill('SIGKILL');
      await ended;
      expect(await store.info(blob)).toBeUndefined();
      expect(await store.get(blob.tenant, blob.id)).toBeUndefined();
      expect(await place.leftovers()).not.toEqual([]);
      expect(await store.sweep(later())).toBeGreaterThan(0);
      expect(await place.leftovers()).toEqual([]);
      const bytes = randomBytes(PART_BYTES + 1);
      expect(await store.write(blob, [bytes], KEPT)).toEqual({ bytes: bytes.length, sha256: sha256Of(bytes) });
    });

    it('goes on with the upload of a process that was killed', async () => {
      const { child, line, ended } = await startWriter(place.url, blob.tenant, blob.id, '16', 'upload');
      child.kill('SIGKILL');
      await ended;
      const upload = (await store.resume(blob.tenant, String(line.session)))!;
      expect(upload.offset).toBe(2 * PART_BYTES);
      await upload.append(upload.offset, Buffer.from('end'));
      const whole = Buffer.concat([...mebibytes(16), Buffer.from('end')]);
      expect(await upload.finish()).toEqual({ bytes: whole.length, sha256: sha256Of(whole) });
      expect((await store.get(blob.tenant, blob.id))?.equals(whole)).toBe(true);
      expect(await place.leftovers()).toEqual([]);
    });
  });
}
