import { hash } from 'node:crypto';
import fc from 'fast-check';
import { commitment, openBox, sealBox, toKey } from './box';
import { randomSalt } from './random-pool';

const key = toKey(Buffer.alloc(32, 7));
const bytes = fc.uint8Array({ maxLength: 2_000 });

describe('a box', () => {
  it('opens to exactly what was sealed, for any bytes and any id', () => {
    fc.assert(fc.property(bytes, fc.string(), (plain, id) => expect(openBox(key, id, sealBox(key, id, plain))).toEqual(Buffer.from(plain))));
  });

  it('is 28 bytes longer than its content and never twice the same', () => {
    const plain = Buffer.from('hello');
    const boxes = Array.from({ length: 20_000 }, () => sealBox(key, 'id', plain).toString('hex'));
    expect(boxes[0]).toHaveLength(2 * (plain.length + 28));
    expect(new Set(boxes).size).toBe(boxes.length);
  });

  it('does not open for another id', () => {
    fc.assert(
      fc.property(bytes, fc.string(), fc.string(), (plain, id, other) => {
        fc.pre(id !== other);
        expect(() => openBox(key, other, sealBox(key, id, plain))).toThrow(expect.objectContaining({ slug: 'unopenable' }));
      }),
    );
  });

  it('does not open under another key', () => {
    const other = toKey(Buffer.alloc(32, 8));
    expect(() => openBox(other, 'id', sealBox(key, 'id', Buffer.from('x')))).toThrow(expect.objectContaining({ slug: 'unopenable' }));
  });

  it('does not open when any one bit is flipped', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (plain, at) => {
        const box = sealBox(key, 'id', plain);
        const bit = at % (box.length * 8);
        box[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => openBox(key, 'id', box)).toThrow(expect.objectContaining({ slug: 'unopenable', kind: 'rejected' }));
      }),
    );
  });

  it('does not open when it is cut short', () => {
    const box = sealBox(key, 'id', Buffer.from('hello'));
    for (let length = 0; length < box.length; length += 1) {
      expect(() => openBox(key, 'id', box.subarray(0, length))).toThrow(expect.objectContaining({ slug: 'unopenable' }));
    }
  });
});

describe('a commitment', () => {
  it('is SHA-256 over the id and the body', () => {
    fc.assert(
      fc.property(fc.uuid(), bytes, (id, body) =>
        expect(commitment(id, body)).toEqual(hash('sha256', Buffer.concat([Buffer.from(id), body]), 'buffer')),
      ),
    );
  });
});

describe('random bytes from the pool', () => {
  it('do not repeat across refills', () => {
    const salts = Array.from({ length: 10_000 }, () => randomSalt(16).toString('hex'));
    expect(new Set(salts).size).toBe(salts.length);
  });
});
