import { ALL_SCOPES, isLastAdmin, scopeErrors } from './api-key.decider';

describe('scopes of a key', () => {
  it.each([[ALL_SCOPES], [['ingest:acc_main-line', 'vouch:email', 'vouch:crm:salesforce', 'vouch:*']]])('may be %j', (scopes) => {
    expect(scopeErrors(scopes)).toEqual([]);
  });

  it.each(['', 'root', 'Admin', 'ingest:', 'ingest:*', 'vouch', 'vouch:', 'vouch:Email', 'read:all', 'admin '])('may not be %p, and its place is named', (scope) => {
    expect(scopeErrors(['read', scope])).toMatchObject([{ pointer: '/scopes/1', code: 'scope' }]);
  });

  it('are at least one and at most a hundred', () => {
    expect(scopeErrors([])).toMatchObject([{ pointer: '/scopes', code: 'count' }]);
    expect(scopeErrors(Array.from({ length: 101 }, () => 'read'))).toMatchObject([{ pointer: '/scopes', code: 'count' }]);
  });
});

describe('the last key that can make others', () => {
  const admin = { id: '1', scopes: ['admin', 'read'] };
  const reader = { id: '2', scopes: ['read'] };

  it('is the only one with the scope admin', () => {
    expect(isLastAdmin([admin, reader], '1')).toBe(true);
  });

  it('is not one of two, nor a key that cannot make others', () => {
    expect(isLastAdmin([admin, { id: '3', scopes: ['admin'] }], '1')).toBe(false);
    expect(isLastAdmin([admin, reader], '2')).toBe(false);
  });
});
