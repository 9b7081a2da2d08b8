import { AdminForTest, type TestTenant } from '../testing/admin-for-test';

describe('API keys', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  let theirs: TestTenant;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
    theirs = await admin.tenant('Theirs');
  });
  afterAll(() => admin.service.close());

  const keysOf = async ({ token }: TestTenant, query = '') => (await admin.call('GET', `/v1/keys${query}`, token)).body;
  const make = (scopes: unknown, name?: string) => admin.call('POST', '/v1/keys', mine.token, { scopes, name });

  it('are shown once, and work at once with their scopes', async () => {
    const { status, body } = await make(['read', 'vouch:email'], 'reader');
    expect({ status, body }).toMatchObject({ status: 201, body: { name: 'reader', scopes: ['read', 'vouch:email'] } });
    expect(await admin.call('GET', '/v1/dead-letters', body.token)).toMatchObject({ status: 200, body: { items: [] } });
    expect(await admin.call('GET', '/v1/keys', body.token)).toMatchObject({ status: 403, body: { type: '/problems/scope' } });
    const listed = await keysOf(mine);
    expect(JSON.stringify(listed)).not.toContain(body.token);
    expect(listed.items.map(({ id }) => id)).toContain(body.id);
  });

  it('with an unknown scope are refused', async () => {
    expect(await make(['read', 'root'])).toMatchObject({ status: 422, body: { type: '/problems/scopes', errors: [{ pointer: '/scopes/1' }] } });
    expect(await make('read')).toMatchObject({ status: 400 });
  });

  it('that are taken away are worth nothing at once', async () => {
    const { body } = await make(['admin']);
    expect(await admin.call('DELETE', `/v1/keys/${body.id}`, body.token)).toMatchObject({ status: 204 });
    expect(await admin.call('GET', '/v1/keys', body.token)).toMatchObject({ status: 401 });
    expect(await admin.call('DELETE', `/v1/keys/${body.id}`, mine.token)).toMatchObject({ status: 404 });
  });

  it('are not taken away where none would be left to make others, not even two at once', async () => {
    const tenant = await admin.tenant('Two');
    const second = (await admin.call('POST', '/v1/keys', tenant.token, { scopes: ['admin'] })).body;
    const ids = (await keysOf(tenant)).items.map(({ id }) => id);
    const answers = await Promise.all(ids.map((id) => admin.call('DELETE', `/v1/keys/${id}`, second.token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 422]);
    expect(answers.find(({ status }) => status === 422)).toMatchObject({ body: { type: '/problems/last-admin-key' } });
  });

  it('of another tenant do not exist', async () => {
    const [key] = (await keysOf(theirs)).items;
    expect(await admin.call('DELETE', `/v1/keys/${key!.id}`, mine.token)).toMatchObject({ status: 404 });
    expect(await admin.call('DELETE', '/v1/keys/x', mine.token)).toMatchObject({ status: 404 });
    expect((await keysOf(mine)).items.map(({ id }) => id)).not.toContain(key!.id);
  });

  it('are listed page by page, forwards and back, by cursors of the own tenant', async () => {
    const tenant = await admin.tenant('Many');
    for (const name of ['a', 'b', 'c', 'd']) await admin.call('POST', '/v1/keys', tenant.token, { name, scopes: ['read'] });
    const first = await keysOf(tenant, '?limit=2');
    const second = await keysOf(tenant, `?limit=2&cursor=${first.next}`);
    const third = await keysOf(tenant, `?limit=2&cursor=${second.next}`);
    expect([first, second, third].map(({ items }) => items.map(({ name }) => name))).toEqual([['first key', 'a'], ['b', 'c'], ['d']]);
    expect([first.previous, third.next]).toEqual([null, null]);
    expect((await keysOf(tenant, `?limit=2&cursor=${third.previous}`)).items).toEqual(second.items);
    expect(await admin.call('GET', `/v1/keys?cursor=${first.next}`, mine.token)).toMatchObject({ status: 400 });
    expect(await admin.call('GET', '/v1/keys?limit=201', tenant.token)).toMatchObject({ status: 400 });
  });
});
