import { ThroughlineError } from '@throughline/contracts';
import fc from 'fast-check';
import { parseJson } from './json';

describe('a JSON body', () => {
  it('is read as JSON.parse reads it', () => fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value))))));
  it.each([
    ['no JSON', Buffer.from('{"a":')],
    ['nothing', Buffer.alloc(0)],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['nested a hundred thousand deep', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('is malformed where it is %s', (_, body) => {
    expect(() => parseJson(body)).toThrow(ThroughlineError);
    expect(() => parseJson(body)).toThrow(expect.objectContaining({ slug: 'malformed', status: 400 }));
  });
  it('is not repeated in the error', () => expect(() => parseJson(Buffer.from('secret'))).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') })));
});
