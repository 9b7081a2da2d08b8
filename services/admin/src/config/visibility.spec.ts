import type { Account } from '@throughline/platform';
import { ConfigVersions } from './config-versions.handlers';
import { Visibility } from './visibility';

const account = (settings: object): Account => ({ id: 'acc_1', tenant: 't', provider: 'generic', channel: '', address: '', secrets: {}, settings: { ...settings } });

/** A directory that the spec fills. */
function given() {
  const shown: { account?: Account } = {};
  const versions = new ConfigVersions();
  const directory = { key: () => undefined, credential: () => undefined, account: async () => shown.account };
  return { shown, versions, visibility: new Visibility(directory, versions) };
}

describe('a change of an account', () => {
  it('is waited for until the directory shows it', async () => {
    const { shown, visibility } = given();
    shown.account = account({ a: 1 });
    let there = false;
    const waiting = visibility.accountIs(account({ a: 2 }), 2).then(() => (there = true));
    await new Promise(setImmediate);
    expect(there).toBe(false);
    shown.account = account({ a: 2 });
    expect(await waiting).toBe(true);
  });

  it('that was overtaken is not waited for', async () => {
    const { shown, versions, visibility } = given();
    shown.account = account({ a: 3 });
    versions.see('channelAccount/acc_1', 3n);
    versions.see('channelAccount/acc_1', 1n);
    let waited = true;
    void visibility.accountIs(account({ a: 2 }), 2).then(() => (waited = false));
    await new Promise(setImmediate);
    expect(waited).toBe(false);
    expect(versions.of('channelAccount/acc_1')).toBe(3n);
  });
});
