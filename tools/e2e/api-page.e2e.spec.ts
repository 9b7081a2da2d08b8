import { documentedRoutes, isServed, servedRoutes } from './api-page';
import { startEmbedded, type Product } from './product';

/** Promised by docs/api.md and not yet served. A route that is served must leave this list. */
const NOT_YET = [
  '/v1/attachments/{}', '/v1/cases/{}', '/v1/connections', '/v1/customers/{}/consents', '/v1/queues', '/v1/reviews',
  '/v1/rules', '/v1/webhook-endpoints',
  'DELETE /v1/merges/{}',
  'GET /v1/agents/{}/presence', 'GET /v1/cases', 'GET /v1/customers/{}/context', 'GET /v1/customers/{}/events', 'GET /v1/customers/{}/export',
  'GET /v1/customers/{}/why', 'GET /v1/erasures/{}', 'GET /v1/offers', 'POST /v1/cases',
  'POST /v1/cases/{}/accept', 'POST /v1/cases/{}/escalate', 'POST /v1/cases/{}/feedback', 'POST /v1/cases/{}/reopen', 'POST /v1/cases/{}/resolve',
  'POST /v1/cases/{}/transfer', 'POST /v1/customers/{}/erasure', 'POST /v1/customers/{}/merges', 'POST /v1/offers/{}/accept',
  'POST /v1/offers/{}/reject', 'POST /v1/records', 'POST /v1/routing/advice', 'PUT /v1/agents/{}/presence',
];

/** Paths of the schemas that say "an object" and nothing of it: what the framework says of a type that it does not see. */
function shapeless(node: unknown, path = ''): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, properties, additionalProperties } = node as Record<string, unknown>;
  const bare = [type].flat().includes('object') && properties === undefined && additionalProperties === undefined;
  return [...(bare ? [path] : []), ...Object.entries(node).flatMap(([name, part]) => shapeless(part, `${path}/${name}`))];
}

describe('the served OpenAPI document', () => {
  let product: Product;
  let served: string[];
  let document: { openapi: string; paths: Record<string, Record<string, unknown>> };
  beforeAll(async () => {
    product = await startEmbedded();
    document = (await (await fetch(`${product.url}/openapi.json`)).json()) as typeof document;
    served = servedRoutes(document);
  }, 300_000);
  afterAll(() => product?.stop());

  it('is OpenAPI 3.1', () => expect(document.openapi).toMatch(/^3\.1\./));

  it('says of every field what it is', () => {
    expect(shapeless(document)).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('"nullable":true');
  });

  it('holds every route that the API page promises, but for those listed as not yet served', () => {
    expect(documentedRoutes().filter((route) => !isServed(route, served))).toEqual(NOT_YET.toSorted());
  });

  it.each(['/health/live', '/health/ready', '/health/startup', '/metrics'])('stands beside %s', async (path) => {
    expect((await fetch(product.url + path)).status).toBe(200);
  });

  it('shows a view for people at /docs', async () => {
    const answer = await fetch(`${product.url}/docs`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});
