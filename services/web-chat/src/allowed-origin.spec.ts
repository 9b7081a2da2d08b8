import { isAllowedOrigin } from './allowed-origin';

const settings = { origins: ['https://shop.example'] };

describe('the origin of a page', () => {
  it.each([
    [{ origin: 'https://shop.example' }, true],
    [{ referer: 'https://shop.example/cart?id=1' }, true],
    [{ origin: 'https://evil.example', referer: 'https://shop.example/' }, false],
    [{ origin: 'https://shop.example.evil.example' }, false],
    [{ origin: 'http://shop.example' }, false],
    [{ origin: 'null' }, false],
    [{ referer: 'no address' }, false],
    [{}, false],
  ])('%j may chat: %s', (headers, allowed) => {
    expect(isAllowedOrigin(headers, settings)).toBe(allowed);
  });

  it('does not matter where the account is open to all', () => {
    expect(isAllowedOrigin({}, { origins: ['*'] })).toBe(true);
  });

  it.each([[{}], [{ origins: 'https://shop.example' }]])('is allowed nowhere without a list: %j', (none) => {
    expect(isAllowedOrigin({ origin: 'https://shop.example' }, none)).toBe(false);
  });
});
