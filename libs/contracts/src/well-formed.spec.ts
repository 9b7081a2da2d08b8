import fc from 'fast-check';
import { wellFormed } from './well-formed';

describe('a well-formed copy', () => {
  it('is equal where there was no lone surrogate', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(wellFormed(value)).toEqual(value)));
  });

  it('replaces lone surrogates in texts and names', () => {
    expect(wellFormed({ 'a\ud800': ['\udc00b', '😀'] })).toEqual({ 'a\ufffd': ['\ufffdb', '😀'] });
  });
});
