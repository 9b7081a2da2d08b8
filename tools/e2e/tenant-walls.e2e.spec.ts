import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, ask } from '../clients/api.mjs';
import { startEmbedded, type DemoFile, type Product } from './product';
import { fill, rowsOfOthers, type Belongings } from './strangers';

type Operations = Record<string, Record<string, { security?: unknown }>>;

/** Routes whose credential is a signature or nothing: no key opens or closes them. */
const KEYLESS = /^\/(v1\/webhooks|v1\/tenants$|chat|health|metrics|docs|problems|openapi)/;

const idFor = (path: string, mine: Belongings): string => {
  if (path.includes('/interactions/')) return mine.interactionId;
  if (path.includes('/dead-letters/')) return mine.deadLetterId;
  if (path.includes('/keys/')) return mine.keyId;
  if (path.includes('/channel-accounts/')) return mine.accountId;
  if (path.includes('/tenants/')) return mine.tenantId;
  return mine.customerId;
};

const bodyFor = (path: string, mine: Belongings): object => {
  const item = { id: 'stranger-1', account: mine.accountId, type: 'message.received', direction: 'inbound', occurredAt: new Date().toISOString(), identities: [{ namespace: 'phone', value: mine.phone }] };
  if (path === '/v1/interactions') return item;
  if (path === '/v1/interactions/batch') return { interactions: [item] };
  if (path === '/v1/customers/lookup') return { identities: [{ namespace: 'phone', value: mine.phone }] };
  if (path === '/v1/messages') return { account: 'acc_site', inReplyTo: mine.interactionId, content: { text: 'x' } };
  if (path === '/v1/channel-accounts') return { id: mine.accountId, provider: 'generic', channel: 'in-store', address: randomUUID() };
  if (path.startsWith('/v1/dead-letters')) return { reason: 'stranger' };
  return path.startsWith('/v1/channel-accounts/') ? { settings: {} } : { name: 'stranger', scopes: ['read'] };
};

describe("another tenant's key", () => {
  let product: Product;
  let mine: Belongings;
  let stranger: DemoFile;
  let strangersTenant: string;
  let operations: Operations;

  beforeAll(async () => {
    product = await startEmbedded();
    mine = await fill(product.demo);
    const operator = { ...product.demo, apiKey: readFileSync(join(product.dataDir, 'operator-token'), 'utf8').trim() };
    const made = await ask(operator, 'POST', '/v1/tenants', { name: 'A second tenant' });
    strangersTenant = made.id;
    const scopes = ['ingest', 'vouch:*', 'read', 'work', 'send', 'privacy', 'admin'];
    const key = await ask({ ...product.demo, apiKey: made.apiKey.token }, 'POST', '/v1/keys', { name: 'everything', scopes });
    stranger = { ...product.demo, apiKey: key.token };
    operations = ((await (await fetch(`${product.url}/openapi.json`)).json()) as { paths: Operations }).paths;
  }, 300_000);
  afterAll(() => product?.stop());

  const routes = () => Object.entries(operations).flatMap(([path, of]) => Object.keys(of).map((method) => ({ path, method: method.toUpperCase() })));
  const asked = () => routes().filter(({ path }) => !KEYLESS.test(path));

  it('is asked at every route there is', () => expect(asked().length).toBeGreaterThanOrEqual(15));

  it('opens no resource by id, and no answer holds anything of the first tenant', async () => {
    const wrong: unknown[] = [];
    for (const { path, method } of asked()) {
      const query = path === '/v1/customers' ? `?identity=${encodeURIComponent(`phone:${mine.phone}`)}` : '';
      const url = path.replace(/\{[^}]*\}/g, idFor(path, mine)) + query;
      const answer = await call(stranger, method, url, method === 'POST' || method === 'PATCH' ? bodyFor(path, mine) : undefined);
      const text = JSON.stringify(answer.body ?? '').replaceAll(url, '');
      const leaks = [mine.secret, mine.customerId, mine.keyId].some((known) => text.includes(known));
      const mayAnswer = path.includes('{') ? [404] : [200, 201, 202, 404, 409];
      if (leaks || !mayAnswer.includes(answer.status)) wrong.push({ method, path, status: answer.status, leaks });
    }
    expect(wrong).toEqual([]);
  });

  it('is refused what the own key may see', async () => {
    for (const { path, method } of asked().filter((route) => route.method === 'GET' && route.path.includes('{'))) {
      const answer = await call(product.demo, method, path.replace(/\{[^}]*\}/g, idFor(path, mine)));
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });

  it("finds nobody under the first tenant's identities", async () => {
    expect((await ask(stranger, 'POST', '/v1/customers/lookup', bodyFor('/v1/customers/lookup', mine))).items).toEqual([]);
  });

  it('reads no row of others over SQL, in the reader role of every service', async () => {
    const { tables, seen } = await rowsOfOthers(product, strangersTenant);
    expect(tables).toBeGreaterThanOrEqual(10);
    expect(seen).toEqual({});
  });

  it('reads no row at all over SQL where no tenant is set', async () => {
    expect((await rowsOfOthers(product, undefined)).seen).toEqual({});
  });
});
