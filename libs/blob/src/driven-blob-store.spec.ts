import { randomUUID } from 'node:crypto';
import { PART_BYTES, type BlobDriver, type Part, type UploadParts, type UploadState } from './blob-driver.contract';
import { DrivenBlobStore } from './driven-blob-store';

describe('a large blob on its way in', () => {
  it('is pulled from its source no more than two parts ahead of what is stored', async () => {
    let [pulled, kept, ahead] = [0, 0, 0];
    const uploads: Partial<UploadParts> = {
      add: async (_: UploadState, bytes, sha256): Promise<Part> => {
        ahead = Math.max(ahead, pulled - kept);
        kept += bytes.length;
        return { bytes: bytes.length, sha256 };
      },
    };
    const driver: Partial<BlobDriver> = {
      uploads: uploads as UploadParts,
      begin: async (upload) => upload,
      commit: async () => undefined,
      stat: async () => undefined,
    };
    const source = (function* () {
      for (let n = 0; n < 40; n += 1) yield (pulled += 1_000_000, Buffer.alloc(1_000_000));
    })();
    const store = new DrivenBlobStore(driver as BlobDriver);
    await store.write({ tenant: randomUUID(), id: randomUUID() }, source, { maxBytes: 50_000_000 });
    expect(kept).toBe(40_000_000);
    expect(ahead).toBeLessThanOrEqual(2 * PART_BYTES);
  });
});
