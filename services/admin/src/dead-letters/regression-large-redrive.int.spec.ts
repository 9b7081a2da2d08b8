import { until } from '@throughline/platform/testing';
import { AdminForTest } from '../testing/admin-for-test';

const MB = 1 << 20;
/** As much as lies in a row and not in a blob: mails of some 240 KB. */
const LETTERS = 80;
const RAW_BYTES = 245_000;

let admin: AdminForTest;
beforeAll(async () => {
  admin = await AdminForTest.start();
});
afterAll(() => admin.service.close());

// A thousand letters went out in one statement, with up to 256 KB each: the bus gave it up after 8 s, and so each time; none of them was ever redriven.
it('large dead letters are redriven some at a time, each once', async () => {
  const { id: tenant, token } = await admin.tenant('Large');
  const { bus, deadLetters } = admin.service.runtime;
  const items = Array.from({ length: LETTERS }, (_, nth) => ({ tenant, cause: 'unparsable', detail: '', service: 'email', raw: Buffer.alloc(RAW_BYTES, nth), mediaType: 'message/rfc822' }));
  for (const item of items) await deadLetters.put(item);
  const listed = async () => (await admin.call('GET', '/v1/dead-letters?limit=200&state=open', token)).body.items.length;
  await until(async () => (await listed()) === LETTERS);
  const publish = jest.spyOn(bus, 'publish');
  const redriven: unknown[] = [];
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const { status, body } = await admin.call('POST', '/v1/dead-letters/redrive', token, { cursor });
    expect(status).toBe(202);
    redriven.push(body.redriven);
    cursor = body.next;
  }
  const sizes = publish.mock.calls.map(([, messages]) => messages.reduce((sum, { value }) => sum + value.length, 0));
  expect(redriven).toEqual([34, 34, 12]);
  expect(Math.max(...sizes)).toBeLessThan(9 * MB);
  expect(await listed()).toBe(0);
});
