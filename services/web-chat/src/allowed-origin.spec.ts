import { isAllowedOrigin } from './allowed-origin';

const settings = { origins: ['https://shop.example', 'http://localhost:*'] };

describe('the origin of a page', () => {
  it.each([
    ['https://shop.example', true],
    ['http://localhost:5173', true],
    ['http://localhost', true],
    ['https://localhost:5173', false],
    ['http://localhost.evil.example', false],
    ['https://evil.example', false],
    ['https://shop.example.evil.example', false],
    ['https://shop.example:8443', false],
    ['http://shop.example', false],
    ['*', false],
    ['null', false],
    ['', false],
  ])('%s may chat: %s', (origin, allowed) => {
    expect(isAllowedOrigin(origin, settings)).toBe(allowed);
  });

  it('does not matter where the account is open to all', () => {
    expect(isAllowedOrigin('https://any.example', { origins: ['*'] })).toBe(true);
  });

  it.each([[{}], [{ origins: 'https://shop.example' }]])('is allowed nowhere without a list: %j', (none) => {
    expect(isAllowedOrigin('https://shop.example', none)).toBe(false);
  });

  it('is nobody’s where there is none: no page of another origin asks', () => {
    expect(isAllowedOrigin(undefined, {})).toBe(true);
  });
});
