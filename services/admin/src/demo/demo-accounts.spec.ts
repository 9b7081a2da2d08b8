import { DEMO_ACCOUNTS, demoSettings } from './demo-accounts';

describe('the demo accounts', () => {
  it('are those docs/api.md names', () => {
    expect(DEMO_ACCOUNTS.map(({ id }) => id)).toEqual(['acc_phone', 'acc_sms', 'acc_whatsapp', 'acc_email', 'acc_site', 'acc_api']);
  });

  it('let the chat be opened from our own address and from this machine', () => {
    const { origins } = demoSettings('acc_site', 'https://shop.example:8443/path');
    expect(origins).toEqual(['http://localhost:*', 'https://localhost:*', 'http://127.0.0.1:*', 'https://shop.example:8443']);
  });

  it('keep the origins and settings somebody has added', () => {
    const before = { origins: ['https://mine.example'], theme: 'dark' };
    expect(demoSettings('acc_site', 'http://localhost:8080', before)).toMatchObject({ theme: 'dark', origins: expect.arrayContaining(['https://mine.example', 'http://localhost:8080']) });
  });

  it('change nothing the second time', () => {
    for (const { id } of DEMO_ACCOUNTS) {
      const once = demoSettings(id, 'http://localhost:8080');
      expect(demoSettings(id, 'http://localhost:8080', once)).toEqual(once);
    }
  });
});
