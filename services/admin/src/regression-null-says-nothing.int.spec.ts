// Many clients write what they do not say as null. It passed the check of the body, and what stands in its place when it is missing did not: our own error (500).
import { randomUUID } from 'node:crypto';
import { until } from '@throughline/platform/testing';
import { AdminForTest, type TestTenant } from './testing/admin-for-test';

describe('an optional field that is null', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
  });
  afterAll(() => admin.service.close());

  it.each([
    ['/v1/keys', { name: null, scopes: ['read'] }, 201, { name: '' }],
    ['/v1/channel-accounts', { provider: 'generic', settings: null }, 201, { settings: {} }],
    ['/v1/channel-accounts', { provider: 'generic', secrets: null }, 201, {}],
    ['/v1/dead-letters/redrive', { reason: null, cursor: null, cause: null, from: null }, 202, { redriven: 0 }],
  ])('says as much as a missing one at %s: %j', async (url, body, status, answer) => {
    expect(await admin.call('POST', url, mine.token, body)).toMatchObject({ status, body: answer });
  });

  it('says as much of a tenant', async () => {
    expect(await admin.makeTenant({ name: 'No region', region: null })).toMatchObject({ status: 201, body: { region: null } });
  });

  it('says as much of a decision', async () => {
    const letter = { tenant: mine.id, account: 'acc_1', cause: 'unparsable', detail: 'not JSON', service: 'phone', raw: Buffer.from(randomUUID()), mediaType: 'text/plain' };
    const url = `/v1/dead-letters/${await admin.service.runtime.deadLetters.put(letter)}`;
    await until(async () => (await admin.call('GET', url, mine.token)).status === 200);
    expect((await admin.call('POST', `${url}/redrive`, mine.token, { reason: null })).status).toBe(202);
  });
});
