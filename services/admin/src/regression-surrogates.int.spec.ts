// A lone surrogate, which JSON may write, was our own error.
import { AdminForTest } from './testing/admin-for-test';

describe('a text with half a surrogate pair', () => {
  let admin: AdminForTest;
  beforeAll(async () => void (admin = await AdminForTest.start()));
  afterAll(() => admin.service.close());

  it('is no error of ours', async () => {
    expect((await admin.makeTenant({ name: 'a\ud800' })).status).toBeLessThan(500);
    const { token } = await admin.tenant('Mine');
    expect((await admin.call('POST', '/v1/channel-accounts', token, { provider: 'generic', settings: { a: '\ud800' } })).status).toBeLessThan(500);
  });
});
