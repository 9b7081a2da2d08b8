import { AdminForTest, type TestTenant } from '../testing/admin-for-test';

describe('tenants', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  let theirs: TestTenant;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
    theirs = await admin.tenant('Theirs');
  });
  afterAll(() => admin.service.close());

  it('are made by the operator, with a first key that works at once', async () => {
    const { status, body } = await admin.makeTenant({ name: 'Third', region: 'DE' });
    expect({ status, body }).toMatchObject({ status: 201, body: { name: 'Third', region: 'DE', apiKey: { scopes: ['admin'], token: expect.stringMatching(/^tl_[A-Za-z0-9_-]{43}$/) } } });
    const seen = await admin.call('GET', `/v1/tenants/${body.id}`, body.apiKey.token);
    expect(seen).toMatchObject({ status: 200, body: { id: body.id, name: 'Third', region: 'DE' } });
  });

  it('are known to every process by the topic config', async () => {
    expect(admin.service.runtime.directory.tenant(mine.id)).toMatchObject({ name: 'Mine', region: '' });
  });

  it('are not made by a key, nor by a stranger', async () => {
    expect(await admin.call('POST', '/v1/tenants', mine.token, { name: 'x' })).toMatchObject({ status: 403 });
    expect(await admin.call('POST', '/v1/tenants', 'wrong', { name: 'x' })).toMatchObject({ status: 401 });
  });

  it('are refused with the pointer of what is wrong', async () => {
    const { status, body, headers } = await admin.makeTenant({ name: '', region: 'de', extra: 1 });
    expect(status).toBe(400);
    expect(headers['content-type']).toMatch('application/problem+json');
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/name', '/region', '/extra']));
  });

  it('see themselves only', async () => {
    expect(await admin.call('GET', `/v1/tenants/${theirs.id}`, mine.token)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    expect(await admin.call('GET', '/v1/tenants/x', mine.token)).toMatchObject({ status: 404 });
  });
});
