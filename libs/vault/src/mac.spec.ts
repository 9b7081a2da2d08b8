import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { Mac } from './mac';

const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const key = fc.uint8Array({ minLength: 1, maxLength: 64 });
const hex = (mac: Uint8Array) => Buffer.from(mac).toString('hex');

describe('a keyed hash', () => {
  it('is HMAC-SHA-256, as Node makes it', () => {
    fc.assert(
      fc.property(key, text, fc.oneof(bytes, text), (secret, head, rest) => {
        const expected = createHmac('sha256', createSecretKey(secret)).update(head).update(rest).digest('hex');
        expect(hex(new Mac(createSecretKey(secret)).of(head, rest))).toBe(expected);
      }),
    );
  });

  // RFC 4231, test case 2.
  it('is what the RFC says', () => {
    const mac = new Mac(createSecretKey(Buffer.from('Jefe')));
    expect(hex(mac.of('what do ya want ', 'for nothing?'))).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
    expect(hex(mac.of('what do ya want ', 'for nothing?', 16))).toBe('5bdcc146bf60754e6a042426089575c7');
  });

  it('is right for a message longer than the room that is kept', () => {
    const secret = createSecretKey(Buffer.alloc(32, 7));
    const long = Buffer.alloc(100_000, 'x');
    expect(hex(new Mac(secret).of('', long))).toBe(createHmac('sha256', secret).update(long).digest('hex'));
  });

  it('does not take a key longer than a block', () => {
    expect(() => new Mac(createSecretKey(Buffer.alloc(65)))).toThrow('longer than a block');
  });
});
