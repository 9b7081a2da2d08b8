import { hasScope, mayIngest, mayVouch } from './scopes';

const key = (...scopes: string[]) => ({ tenant: 't', keyId: 'k', scopes });

describe('the scopes of a key', () => {
  it('let it post on all accounts, or on the ones named', () => {
    expect([mayIngest(key('ingest'), 'acc_1'), mayIngest(key('ingest:acc_1'), 'acc_1'), mayIngest(key('ingest:acc_1'), 'acc_10'), mayIngest(key('read'), 'acc_1')]).toEqual([true, true, false, false]);
  });

  it('let it vouch for all namespaces, or for the ones named', () => {
    expect([mayVouch(key('vouch:*'), 'email'), mayVouch(key('vouch:email'), 'email'), mayVouch(key('vouch:email'), 'phone'), mayVouch(key('vouch'), 'email')]).toEqual([true, true, false, false]);
  });

  it('hold ingest where it has it for some account', () => {
    expect([hasScope(key('ingest:acc_1'), 'ingest'), hasScope(key('ingestion'), 'ingest'), hasScope(key('read:x'), 'read')]).toEqual([true, false, false]);
  });
});
