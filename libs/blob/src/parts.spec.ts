import fc from 'fast-check';
import { partsOf } from './parts';

describe('a stream in parts', () => {
  it('keeps all bytes, and every part but the last is full', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }), fc.integer({ min: 1, max: 50 }), async (chunks, partBytes) => {
        const parts: Buffer[] = [];
        for await (const part of partsOf(chunks, partBytes)) parts.push(part);
        expect(Buffer.concat(parts)).toEqual(Buffer.concat(chunks));
        expect(parts.slice(0, -1).every(({ length }) => length === partBytes)).toBe(true);
        expect(parts.length).toBeGreaterThan(0);
        expect(parts.at(-1)!.length > 0 || parts.length === 1).toBe(true);
      }),
    ));
});
