import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { BlobName, BlobStreams } from '../blob.contract';
import { PART_BYTES } from '../blob-driver.contract';
import { sha256Of } from '../checked-content';
import { collected } from '../collected';
import { openBlobStore } from '../open-blob-store';
import type { BlobPlace } from './blob-store-under-test';

const KEPT = { maxBytes: 10 * PART_BYTES };

/** What holds for streams of any size in every blob store. */
export function blobStreamsContract(name: string, open: () => Promise<BlobPlace>): void {
  describe(`streams of blobs: ${name}`, () => {
    let store: BlobStreams;
    let place: BlobPlace;
    let blob: BlobName;

    beforeAll(async () => {
      place = await open();
      store = await openBlobStore(place.url);
    });
    beforeEach(() => {
      blob = { tenant: randomUUID(), id: randomUUID(), kind: 'attachment' };
    });
    afterAll(async () => {
      await store.close();
      await place.close();
    });

    const content = async (of: BlobName, start?: number, end?: number) => {
      const read = await store.read(of, start === undefined ? undefined : { start, end });
      return read && collected(read.content);
    };
    const nothingIsKept = async () => {
      expect(await store.info(blob)).toBeUndefined();
      expect(await place.leftovers()).toEqual([]);
    };

    it.each([0, 1, PART_BYTES, 2 * PART_BYTES + 5])('gives back a stream of %d bytes, its size and its SHA-256', async (size) => {
      const bytes = randomBytes(size);
      const info = { bytes: size, sha256: sha256Of(bytes) };
      expect(await store.write(blob, cut(bytes), KEPT)).toEqual(info);
      expect(await store.info(blob)).toEqual(info);
      const read = await store.read(blob);
      expect(read).toMatchObject(info);
      expect((await collected(read!.content)).equals(bytes)).toBe(true);
      expect(await place.leftovers()).toEqual([]);
    });

    it.each([300_000, PART_BYTES + 300_000])('reads any range of %d bytes as a slice', async (size) => {
      const bytes = randomBytes(size);
      await store.write(blob, [bytes], KEPT);
      for (const [start, end] of [[0, 1], [0, size], [size - 1, size], [size, size + 5], [PART_BYTES - 1, PART_BYTES + 1], [5, 5], [size + 7, size + 9]] as const) {
        expect((await content(blob, start, end))?.equals(bytes.subarray(start, end))).toBe(true);
      }
      await fc.assert(
        fc.asyncProperty(fc.nat(size), fc.nat(400_000), async (start, length) => {
          expect((await content(blob, start, start + length))?.equals(bytes.subarray(start, start + length))).toBe(true);
        }),
        { numRuns: 15 },
      );
      expect((await content(blob, 17))?.equals(bytes.subarray(17))).toBe(true);
    });

    it('lets a reader stop before the end', async () => {
      const bytes = randomBytes(PART_BYTES + 5);
      await store.write(blob, [bytes], KEPT);
      for (let round = 0; round < 3; round += 1) {
        for await (const chunk of (await store.read(blob))!.content) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
      }
      expect((await content(blob))?.equals(bytes)).toBe(true);
    });

    it.each([10, PART_BYTES + 10])('keeps the first of two streams of %d bytes under one name, and says so', async (size) => {
      const [first, second] = [randomBytes(size), randomBytes(size)];
      await store.write(blob, [first], KEPT);
      expect(await store.write(blob, [second], KEPT)).toEqual({ bytes: size, sha256: sha256Of(first) });
      expect((await content(blob))?.equals(first)).toBe(true);
      expect(await place.leftovers()).toEqual([]);
    });

    it('keeps one whole stream where several write the same name at once', async () => {
      const streams = Array.from({ length: 3 }, () => randomBytes(PART_BYTES + 1000));
      const told = await Promise.all(streams.map((bytes) => store.write(blob, [bytes], KEPT)));
      const kept = sha256Of((await content(blob))!);
      expect(streams.map(sha256Of)).toContain(kept);
      expect(new Set(told.map(({ sha256 }) => sha256))).toEqual(new Set([kept]));
      expect(await place.leftovers()).toEqual([]);
    });

    it.each([10, PART_BYTES + 10])('refuses %d bytes with another SHA-256 than was said, and keeps nothing', async (size) => {
      const bytes = randomBytes(size);
      const wrong = { ...KEPT, sha256: sha256Of(Buffer.from('other')) };
      await expect(store.write(blob, [bytes], wrong)).rejects.toMatchObject({ kind: 'rejected', slug: 'blob-hash-mismatch' });
      await nothingIsKept();
      expect(await store.write(blob, [bytes], { ...KEPT, sha256: sha256Of(bytes) })).toMatchObject({ bytes: size });
    });

    it.each([100, PART_BYTES + 100, 2 * PART_BYTES])('refuses more than %d bytes in the middle of the stream, and keeps nothing', async (maxBytes) => {
      let pulled = 0;
      const endless = (function* () {
        for (;;) yield (pulled += 50_000, randomBytes(50_000));
      })();
      await expect(store.write(blob, endless, { maxBytes })).rejects.toMatchObject({ kind: 'rejected', slug: 'blob-too-large', status: 413 });
      expect(pulled).toBeLessThan(maxBytes + 2 * PART_BYTES);
      await nothingIsKept();
    });

    it.each([1, 30])('passes on the error of a source that breaks after %d pieces, and keeps nothing', async (pieces) => {
      const breaking = (async function* () {
        for (let n = 0; n < pieces; n += 1) yield randomBytes(500_000);
        throw new Error('the caller hung up');
      })();
      await expect(store.write(blob, breaking, KEPT)).rejects.toThrow('the caller hung up');
      await nothingIsKept();
    });

    it('deletes a large blob with all its content', async () => {
      await store.write(blob, [randomBytes(2 * PART_BYTES)], KEPT);
      await store.delete(blob.tenant, blob.id, blob.kind);
      await nothingIsKept();
      expect(await content(blob)).toBeUndefined();
    });

    it('has no info and no range of what is not there, nor of another tenant\'s', async () => {
      await store.write(blob, [randomBytes(10)], KEPT);
      const strange = { ...blob, tenant: randomUUID() };
      expect(await store.info(strange)).toBeUndefined();
      expect(await content(strange, 0, 5)).toBeUndefined();
    });

    it('wants a SHA-256 in the one form', async () => {
      await expect(store.write(blob, [], { ...KEPT, sha256: 'ABC' })).rejects.toThrow(TypeError);
    });
  });
}

/** In uneven pieces. */
function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 700_001) yield bytes.subarray(at, at + size);
}
