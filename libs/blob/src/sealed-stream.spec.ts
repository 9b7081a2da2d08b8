import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { collected } from './collected';
import { openRange, openStream, plainSize, sealedSize, sealStream, type OpenTerms } from './sealed-stream';

const CHUNK = 64 * 1024;
const BOX = CHUNK + 16;
const HEAD = 4 + 2 + 32;
const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17];

const key = createSecretKey(randomBytes(32));
const context = 'event 1';
const terms: OpenTerms = { keyOf: () => key, context };
const all = collected;
const seal = (plain: Uint8Array, label?: Uint8Array) => all(sealStream([plain], { key, context, label }));
const open = (sealed: Uint8Array) => all(openStream([sealed], terms));
const range = (sealed: Buffer, start: number, end?: number, size = sealed.length) =>
  all(openRange(async (span) => [sealed.subarray(span.start, span.end)], size, terms, { start, end }));
const unopenable = { kind: 'rejected', slug: 'unopenable' };
const pattern = (size: number) => Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31) % 251));
const boxes = (sealed: Buffer) => Array.from({ length: Math.ceil((sealed.length - HEAD) / BOX) }, (_, n) => sealed.subarray(HEAD + n * BOX, HEAD + (n + 1) * BOX));
const size = fc.oneof(fc.constantFrom(...SIZES), fc.nat(3 * CHUNK));

/** The bytes in pieces, cut at these places. */
const pieces = (bytes: Buffer, cuts: readonly number[]) => {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
};

describe('a sealed stream', () => {
  it.each(SIZES)('gives back %d bytes, and its size is known before', async (bytes) => {
    const plain = pattern(bytes);
    const sealed = await seal(plain);
    expect((await open(sealed)).equals(plain)).toBe(true);
    expect(sealed.length).toBe(sealedSize(bytes));
    expect(plainSize(sealed.length)).toBe(bytes);
  });

  it('gives the same bytes however the plain and the sealed ones are cut', () =>
    fc.assert(
      fc.asyncProperty(size, fc.array(fc.nat(4 * CHUNK), { maxLength: 6 }), fc.array(fc.nat(4 * CHUNK), { maxLength: 6 }), async (bytes, plainCuts, sealedCuts) => {
        const plain = pattern(bytes);
        const sealed = await all(sealStream(pieces(plain, plainCuts), { key, context }));
        expect((await all(openStream(pieces(sealed, sealedCuts), terms))).equals(plain)).toBe(true);
      }),
      { numRuns: 60 },
    ));

  it('opens a range as a slice of the whole', () =>
    fc.assert(
      fc.asyncProperty(size, fc.nat(4 * CHUNK), fc.nat(4 * CHUNK), async (bytes, a, b) => {
        const plain = pattern(bytes);
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect((await range(await seal(plain), start, end)).equals(plain.subarray(start, end))).toBe(true);
      }),
      { numRuns: 60 },
    ));

  it('reads no more for a range than its chunks, the header and the last chunk', async () => {
    const sealed = await seal(pattern(10 * CHUNK));
    let read = 0;
    const reading = openRange(async ({ start, end }) => ((read += end - start), [sealed.subarray(start, end)]), sealed.length, terms, { start: 4 * CHUNK + 5, end: 4 * CHUNK + 10 });
    expect((await all(reading)).equals(pattern(10 * CHUNK).subarray(4 * CHUNK + 5, 4 * CHUNK + 10))).toBe(true);
    expect(read).toBeLessThanOrEqual(2 * BOX + 2048);
  });

  it('does not open where any one bit was changed', () =>
    fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(7), async (bytes, at, bit) => {
        const sealed = await seal(pattern(bytes));
        sealed[at % sealed.length]! ^= 1 << bit;
        await expect(open(sealed)).rejects.toMatchObject(unopenable);
      }),
      { numRuns: 100 },
    ));

  it('does not open where it is cut off anywhere, read whole or by a range', () =>
    fc.assert(
      fc.asyncProperty(size, fc.nat(), async (bytes, at) => {
        const sealed = await seal(pattern(bytes));
        const cut = sealed.subarray(0, at % sealed.length);
        await expect(open(cut)).rejects.toMatchObject(unopenable);
        await expect(range(cut, 0, 1)).rejects.toMatchObject(unopenable);
      }),
      { numRuns: 100 },
    ));

  it.each([1, 2, 3])('does not open where it is cut off after %d whole chunks', async (chunks) => {
    const sealed = await seal(pattern(4 * CHUNK));
    const cut = sealed.subarray(0, HEAD + chunks * BOX);
    await expect(open(cut)).rejects.toMatchObject(unopenable);
    await expect(range(cut, 0, 1)).rejects.toMatchObject(unopenable);
  });

  it('does not open with bytes behind its end', () =>
    fc.assert(
      fc.asyncProperty(size, fc.uint8Array({ minLength: 1, maxLength: 100 }), async (bytes, more) => {
        await expect(open(Buffer.concat([await seal(pattern(bytes)), more]))).rejects.toMatchObject(unopenable);
      }),
      { numRuns: 40 },
    ));

  it('does not open with its chunks in any other order, left out or twice', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), async (order) => {
        fc.pre(order.join() !== '0,1,2,3');
        const sealed = await seal(pattern(4 * CHUNK));
        const chunks = boxes(sealed);
        const mixed = Buffer.concat([sealed.subarray(0, HEAD), ...order.map((n) => chunks[n]!)]);
        await expect(open(mixed)).rejects.toMatchObject(unopenable);
      }),
      { numRuns: 40 },
    ));

  it('does not open with a chunk of another stream of the same key, or with its header', async () => {
    const [one, other] = [await seal(pattern(3 * CHUNK)), await seal(pattern(3 * CHUNK))];
    const spliced = Buffer.concat([one.subarray(0, HEAD + BOX), other.subarray(HEAD + BOX)]);
    await expect(open(spliced)).rejects.toMatchObject(unopenable);
    await expect(open(Buffer.concat([other.subarray(0, HEAD), one.subarray(HEAD)]))).rejects.toMatchObject(unopenable);
  });

  it('opens by its own key and in its own context only', async () => {
    const sealed = await seal(pattern(10));
    await expect(all(openStream([sealed], { ...terms, context: 'event 2' }))).rejects.toMatchObject(unopenable);
    await expect(all(openStream([sealed], { ...terms, keyOf: () => createSecretKey(randomBytes(32)) }))).rejects.toMatchObject(unopenable);
  });

  it('hands the label to whoever has the key, and none that was changed opens', async () => {
    const label = Buffer.from('key 7, wrapped');
    const sealed = await seal(pattern(10), label);
    const labels: Buffer[] = [];
    await all(openStream([sealed], { context, keyOf: (given) => (labels.push(given), key) }));
    expect(labels).toEqual([label]);
    expect(sealed.length).toBe(sealedSize(10, label.length));
    sealed[6 + 4]! ^= 1;
    await expect(open(sealed)).rejects.toMatchObject(unopenable);
  });

  it('seals the same content differently each time', async () => {
    expect((await seal(pattern(100))).equals(await seal(pattern(100)))).toBe(false);
  });

  it('gives out genuine chunks only before it sees that one was changed', async () => {
    const plain = pattern(3 * CHUNK);
    const sealed = await seal(plain);
    sealed[HEAD + BOX + 5]! ^= 1;
    const opened: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of openStream([sealed], terms)) opened.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject(unopenable);
    expect(opened).toEqual([plain.subarray(0, CHUNK)]);
  });

  it('refuses a label over 1,024 bytes', async () => {
    await expect(seal(pattern(1), Buffer.alloc(1025))).rejects.toThrow(TypeError);
  });
});
