import { requestId } from './request-id';

const given = (value: string | string[] | undefined) => requestId({ headers: { 'x-request-id': value as string } });

describe('the request id', () => {
  it("is the caller's where it is a sane token", () => {
    expect(given('01J9-abc.DEF:7')).toBe('01J9-abc.DEF:7');
  });

  it.each([undefined, '', 'short', 'with space in it', 'line\nbreak-in-it', 'x'.repeat(200), '<script>alert(1)</script>'])('is a new one otherwise: %j', (value) => {
    expect(given(value)).toMatch(/^[0-9a-f-]{36}$/);
  });
});
