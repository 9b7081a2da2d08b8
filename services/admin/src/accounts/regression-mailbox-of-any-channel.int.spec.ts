import { AdminForTest } from '../testing/admin-for-test';

// Only an account whose channel is `email` had its mailbox in its one written form; mail finds it by its provider. So a second tenant could
// take the mailbox of a first in the other spelling of its domain, and got her mail.
describe('a mailbox', () => {
  let admin: AdminForTest;
  beforeAll(async () => {
    admin = await AdminForTest.start();
  });
  afterAll(() => admin.service.close());

  const create = async (token: string, account: object) => (await admin.call('POST', '/v1/channel-accounts', token, { provider: 'smtp', ...account })).status;

  it('is one and one tenant\'s only, whatever the channel of its account', async () => {
    const [mine, other] = [await admin.tenant('Mine'), await admin.tenant('Other')];
    expect(await create(mine.token, { address: 'support@xn--bcher-kva.example' })).toBe(201);
    expect(await create(other.token, { address: 'Support@bücher.example', channel: 'email' })).toBe(409);
    expect(await create(other.token, { address: 'support@BÜCHER.example', channel: 'self-service' })).toBe(409);
  });
});
