import { AdminForTest } from './testing/admin-for-test';

let admin: AdminForTest;
beforeAll(async () => (admin = await AdminForTest.start()));
afterAll(() => admin?.service.close());

describe('a NUL, which PostgreSQL has no place for', () => {
  it('is the caller\'s mistake wherever it stands', async () => {
    const { token } = await admin.tenant('NUL');
    const answers = [
      await admin.call('GET', '/v1/dead-letters?account=%00', token),
      await admin.call('POST', '/v1/keys', token, { name: 'a\0b', scopes: ['read'] }),
      await admin.call('POST', '/v1/channel-accounts', token, { provider: 'smtp', channel: 'email', address: 'a\0b@shop.example' }),
      await admin.call('POST', '/v1/channel-accounts', token, { provider: 'smtp', settings: { note: '\0' } }),
      await admin.makeTenant({ name: '\0' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect(answers[0]!.body.errors).toEqual([{ pointer: '', code: 'malformed', detail: 'A text holds a character that cannot be kept.' }]);
  });
});
