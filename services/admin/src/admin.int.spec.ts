import { startForTest, type TestService } from '@throughline/platform/testing';
import { adminService } from './admin.module';

const OPERATOR = 'operator-token-of-the-test';

interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
  headers: Record<string, unknown>;
}

describe('the admin service', () => {
  let service: TestService;
  let mine: { id: string; token: string };
  let theirs: { id: string; token: string };

  const call = async <T = Record<string, any>>(method: string, url: string, token: string, payload?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> => {
    const request = { method: method as 'GET', url, payload: payload as object, headers: { authorization: `Bearer ${token}`, ...headers } };
    const answer = await service.app.inject(request);
    return { status: answer.statusCode, body: (answer.body ? answer.json() : undefined) as T, headers: answer.headers };
  };
  const newTenant = async (name: string) => {
    const { body } = await call<{ id: string; apiKey: { token: string } }>('POST', '/v1/tenants', OPERATOR, { name });
    return { id: body.id, token: body.apiKey.token };
  };

  beforeAll(async () => {
    service = await startForTest(adminService, { operatorToken: OPERATOR });
    mine = await newTenant('Mine');
    theirs = await newTenant('Theirs');
  });
  afterAll(() => service?.close());

  describe('tenants', () => {
    it('are made by the operator, with a first key that works at once', async () => {
      const made = await call('POST', '/v1/tenants', OPERATOR, { name: 'Third', region: 'DE' });
      expect(made).toMatchObject({ status: 201, body: { name: 'Third', region: 'DE', apiKey: { scopes: ['admin'], token: expect.stringMatching(/^tl_[A-Za-z0-9_-]{43}$/) } } });
      const seen = await call('GET', `/v1/tenants/${made.body.id}`, made.body.apiKey.token);
      expect(seen).toMatchObject({ status: 200, body: { id: made.body.id, name: 'Third', region: 'DE' } });
      expect(service.runtime.directory.tenant(made.body.id)).toMatchObject({ name: 'Third', region: 'DE' });
    });

    it('are not made by a key, nor by a stranger', async () => {
      expect(await call('POST', '/v1/tenants', mine.token, { name: 'x' })).toMatchObject({ status: 403 });
      expect(await call('POST', '/v1/tenants', 'wrong', { name: 'x' })).toMatchObject({ status: 401 });
    });

    it('are refused with the pointer of what is wrong', async () => {
      const answer = await call('POST', '/v1/tenants', OPERATOR, { name: '', region: 'de', extra: 1 });
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toMatch('application/problem+json');
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(expect.arrayContaining(['/name', '/region', '/extra']));
    });

    it('see themselves only', async () => {
      expect(await call('GET', `/v1/tenants/${theirs.id}`, mine.token)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
      expect(await call('GET', '/v1/tenants/x', mine.token)).toMatchObject({ status: 404 });
    });
  });

  describe('keys', () => {
    it('are shown once, kept as a hash, and work at once with their scopes', async () => {
      const made = await call('POST', '/v1/keys', mine.token, { name: 'reader', scopes: ['read', 'vouch:email'] });
      expect(made).toMatchObject({ status: 201, body: { name: 'reader', scopes: ['read', 'vouch:email'] } });
      expect(await call('GET', '/v1/dead-letters', made.body.token)).toMatchObject({ status: 200, body: { items: [] } });
      expect(await call('GET', '/v1/keys', made.body.token)).toMatchObject({ status: 403, body: { type: '/problems/scope' } });
      const listed = await call('GET', '/v1/keys', mine.token);
      expect(JSON.stringify(listed.body)).not.toContain(made.body.token);
      expect(listed.body.items.map((key: { id: string }) => key.id)).toContain(made.body.id);
    });

    it('with an unknown scope are refused', async () => {
      expect(await call('POST', '/v1/keys', mine.token, { scopes: ['read', 'root'] })).toMatchObject({ status: 422, body: { type: '/problems/scopes', errors: [{ pointer: '/scopes/1' }] } });
      expect(await call('POST', '/v1/keys', mine.token, { scopes: 'read' })).toMatchObject({ status: 400 });
    });

    it('that are taken away are worth nothing at once', async () => {
      const { body } = await call('POST', '/v1/keys', mine.token, { scopes: ['admin'] });
      expect(await call('DELETE', `/v1/keys/${body.id}`, body.token)).toMatchObject({ status: 204 });
      expect(await call('GET', '/v1/keys', body.token)).toMatchObject({ status: 401 });
      expect(await call('DELETE', `/v1/keys/${body.id}`, mine.token)).toMatchObject({ status: 404 });
    });

    it('are not taken away where none would be left to make others', async () => {
      const { body } = await call('GET', '/v1/keys', theirs.token);
      expect(await call('DELETE', `/v1/keys/${body.items[0].id}`, theirs.token)).toMatchObject({ status: 422, body: { type: '/problems/last-admin-key' } });
    });

    it('of another tenant do not exist', async () => {
      const { body } = await call('GET', '/v1/keys', theirs.token);
      expect(await call('DELETE', `/v1/keys/${body.items[0].id}`, mine.token)).toMatchObject({ status: 404 });
      expect(await call('DELETE', '/v1/keys/x', mine.token)).toMatchObject({ status: 404 });
    });

    it('are listed page by page, forwards and back', async () => {
      const tenant = await newTenant('Many');
      for (let i = 0; i < 4; i += 1) await call('POST', '/v1/keys', tenant.token, { name: `${i}`, scopes: ['read'] });
      const first = await call('GET', '/v1/keys?limit=2', tenant.token);
      const second = await call('GET', `/v1/keys?limit=2&cursor=${first.body.next}`, tenant.token);
      const third = await call('GET', `/v1/keys?limit=2&cursor=${second.body.next}`, tenant.token);
      expect([first, second, third].map(({ body }) => body.items.map((key: { name: string }) => key.name))).toEqual([['first key', '0'], ['1', '2'], ['3']]);
      expect([first.body.previous, third.body.next]).toEqual([null, null]);
      expect((await call('GET', `/v1/keys?limit=2&cursor=${third.body.previous}`, tenant.token)).body.items).toEqual(second.body.items);
      expect(await call('GET', `/v1/keys?cursor=${first.body.next}`, mine.token)).toMatchObject({ status: 400 });
      expect(await call('GET', '/v1/keys?limit=201', tenant.token)).toMatchObject({ status: 400 });
    });
  });
});
