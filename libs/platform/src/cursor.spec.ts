import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { readCursor, signCursor } from './cursor';

const keys = (secret: string) => ({ hash: (purpose: string, text: string | Uint8Array) => createHmac('sha256', secret).update(purpose).update(text).digest().subarray(0, 16) });

describe('a cursor', () => {
  it('says what was signed', () => {
    fc.assert(fc.property(fc.jsonValue(), (payload) => expect(readCursor(keys('a'), 'timeline/1', signCursor(keys('a'), 'timeline/1', payload))).toEqual(JSON.parse(JSON.stringify(payload)))));
  });

  it.each([
    ["another tenant's", (cursor: string) => readCursor(keys('b'), 'timeline/1', cursor)],
    ["another list's", (cursor: string) => readCursor(keys('a'), 'cases/1', cursor)],
    ['a changed one', (cursor: string) => readCursor(keys('a'), 'timeline/1', `${cursor.slice(0, -4)}AAAA`)],
    ['a cut one', (cursor: string) => readCursor(keys('a'), 'timeline/1', cursor.slice(0, 10))],
    ['nonsense', () => readCursor(keys('a'), 'timeline/1', '%%%')],
  ])('is refused as 400 where it is %s', (_, read) => {
    expect(() => read(signCursor(keys('a'), 'timeline/1', { after: 7 }))).toThrow(expect.objectContaining({ status: 400, errors: [expect.objectContaining({ pointer: '/cursor' })] }));
  });
});
