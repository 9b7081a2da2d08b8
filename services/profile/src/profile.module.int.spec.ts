import { fromBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { TimelineRecordSchema, tenantId, type Interaction } from '@throughline/contracts';
import { startForTest, until, type TestService } from '@throughline/platform/testing';
import { profileService } from './profile.module';

const TENANT = tenantId('profile-http');
const OTHER = tenantId('profile-http-other');

let service: TestService;
const timeline: Message[] = [];

beforeAll(async () => {
  service = await startForTest(profileService);
  await service.publish.tenant({ id: TENANT, name: 'Shop', region: 'US' });
  await service.publish.tenant({ id: OTHER, name: 'Other' });
  await service.publish.account({ id: 'acc_site', tenant: TENANT, provider: 'web-chat', channel: 'web-chat', address: 'site' });
  await service.publish.account({ id: 'acc_api', tenant: TENANT, provider: 'generic' });
  await service.publish.key(TENANT, 'tl_all', ['read', 'send']);
  await service.publish.key(TENANT, 'tl_ingest', ['ingest']);
  await service.publish.key(TENANT, 'tl_site', ['ingest:acc_site']);
  await service.publish.key(TENANT, 'tl_send', ['send']);
  await service.publish.key(OTHER, 'tl_other', ['read', 'send']);
  await service.runtime.bus.broadcast({ topic: 'timeline', handle: async (batch) => void timeline.push(...batch) });
});
afterAll(() => service?.close());

const call = (path: string, init: RequestInit & { token?: string } = {}) =>
  fetch(`${service.url}${path}`, { ...init, headers: { authorization: `Bearer ${init.token ?? 'tl_all'}`, 'content-type': 'application/json', ...init.headers } });

/** What came back, loosely typed: these are outsiders' eyes. */
const json = async (answer: Response) => JSON.parse(await answer.text());

async function accept(interaction: Partial<Interaction> & { tuple: string[] }, account = 'acc_api'): Promise<string> {
  const whole: Interaction = { kind: 'interaction', type: 'message.received', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z', identities: [], ...interaction };
  const request = { account: (await service.runtime.directory.account(account))!, provider: 'generic', service: 'ingest', mayVouch: () => true };
  const [outcome] = await service.runtime.door.accept(request, [whole]);
  if (outcome!.status !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome!.interactionId;
}

const said = { tuple: ['gw-1'], channel: 'phone', identities: [{ namespace: 'phone', value: '(415) 555-0100' }], content: { text: 'hello' } };

describe('the profile over HTTP', () => {
  it('shows an interaction that came in at a door, once the caller has waited for it', async () => {
    const id = await accept(said);
    const state = await call(`/v1/interactions/${id}?wait=30000`);
    const { customerId, position } = await json(state);
    expect([state.status, position]).toEqual([200, expect.any(String)]);
    const found = await json(await call('/v1/customers?identity=phone:%2B14155550100'));
    expect(found).toMatchObject({ items: [{ customerId, channels: { phone: { count: 1, lastAt: '2026-01-31T08:15:30.123Z' } } }], next: null, previous: null });
    const page = await json(await call(`/v1/customers/${customerId}/timeline?limit=10`));
    expect(page).toMatchObject({ items: [{ id, type: 'message.received', content: { text: 'hello' }, identity: { namespace: 'phone', value: '+14155550100' } }], next: null, previous: null });
    const profile = await call(`/v1/customers/${customerId}`);
    expect([profile.headers.get('etag'), (await json(profile)).version]).toEqual(['"1"', 1]);
  });

  it('looks identities up without putting them into an address', async () => {
    const answer = await call('/v1/customers/lookup', { method: 'POST', body: JSON.stringify({ identities: [{ namespace: 'phone', value: '415-555-0100' }] }) });
    expect([answer.status, (await json(answer)).items.length]).toEqual([200, 1]);
  });

  it('publishes what it took', async () => {
    const id = await accept({ tuple: ['gw-2'], channel: 'phone', identities: said.identities });
    const published = () => timeline.map(({ value }) => fromBinary(TimelineRecordSchema, value));
    await until(() => published().some(({ record }) => record!.envelope!.id === id));
    expect(published().find(({ record }) => record!.envelope!.id === id)!.card!.customer).toMatch(/-/);
  });

  it('sends a message to a visitor, once under one Idempotency-Key', async () => {
    const asked = await accept({ tuple: ['chat-1'], identities: [{ namespace: 'visitor', value: 'v1' }], conversation: 'c1', content: { text: 'help?' } }, 'acc_site');
    await call(`/v1/interactions/${asked}?wait=30000`);
    const send = () =>
      call('/v1/messages', { method: 'POST', body: JSON.stringify({ account: 'acc_site', inReplyTo: asked, content: { text: 'gladly' } }), headers: { 'idempotency-key': 'once' } });
    const answers = [await send(), await send()];
    const ids = await Promise.all(answers.map(async (answer) => (await json(answer)).interactionId));
    expect(answers.map((answer) => answer.status)).toEqual([202, 202]);
    expect(ids[0]).toBe(ids[1]);
    expect(await json(await call(`/v1/interactions/${ids[0]}`))).toMatchObject({ interactionId: ids[0], state: 'applied' });
  });

  it.each([
    ['an id nobody sent', '/v1/interactions/00000000-0000-4000-8000-000000000000', 404, '/problems/interaction-not-seen'],
    ['an id that is none', '/v1/interactions/x?wait=1', 404, '/problems/interaction-not-seen'],
    ['too long a wait', '/v1/interactions/x?wait=30001', 400, '/problems/malformed'],
    ['an unknown customer', '/v1/customers/nobody', 404, '/problems/customer-not-found'],
    ['an unknown parameter', '/v1/customers?identity=phone:1&x=1', 400, '/problems/malformed'],
    ['a search', '/v1/customers?q=ann', 400, '/problems/not-served-yet'],
    ['a page too long', '/v1/customers/x/timeline?limit=201', 400, '/problems/malformed'],
    ['a time that is none', '/v1/customers/x/timeline?from=yesterday', 400, '/problems/malformed'],
    ['a timeline as of then', '/v1/customers/x/timeline?asOf=2026-01-31T08:15:30.123Z', 400, '/problems/not-served-yet'],
  ])('answers a problem to %s', async (_, path, status, type) => {
    const answer = await call(path);
    expect([answer.status, await json(answer)]).toEqual([status, expect.objectContaining({ type, status })]);
    if (type.endsWith('not-seen')) expect(answer.headers.get('retry-after')).toBe('1');
  });

  it.each([
    ['no text', { account: 'acc_site', content: {} }, 400],
    ['no content', { account: 'acc_site' }, 400],
    ['no account', { content: { text: 'x' } }, 400],
    ['a channel that cannot send', { account: 'acc_api', inReplyTo: 'x', content: { text: 'x' } }, 422],
    ['nobody', { account: 'acc_site', content: { text: 'x' } }, 422],
  ])('refuses a message with %s', async (_, message, status) => {
    expect((await call('/v1/messages', { method: 'POST', body: JSON.stringify(message) })).status).toBe(status);
  });

  it('lets nobody in without the scope, and shows another tenant nothing', async () => {
    const id = await accept(said);
    const { customerId } = await json(await call(`/v1/interactions/${id}?wait=30000`));
    const statuses = async (token: string) => Promise.all([`/v1/customers/${customerId}`, `/v1/customers/${customerId}/timeline`, `/v1/interactions/${id}`].map(async (path) => (await call(path, { token })).status));
    expect(await statuses('tl_send')).toEqual([403, 403, 403]);
    expect(await statuses('tl_ingest')).toEqual([403, 403, 200]);
    expect(await statuses('tl_site')).toEqual([403, 403, 404]);
    expect(await statuses('tl_other')).toEqual([404, 404, 404]);
    expect(await statuses('tl_unknown')).toEqual([401, 401, 401]);
    expect((await call('/v1/messages', { token: 'tl_ingest', method: 'POST', body: '{}' })).status).toBe(403);
  });

  it('describes its routes and what they answer', async () => {
    const { paths, components } = await json(await fetch(`${service.url}/openapi.json`));
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/customers', '/v1/customers/lookup', '/v1/customers/{customerId}', '/v1/customers/{customerId}/timeline', '/v1/interactions/{interactionId}', '/v1/messages']),
    );
    const parameters = paths['/v1/customers/{customerId}/timeline'].get.parameters.map(({ name }: { name: string }) => name);
    expect(parameters).toEqual(expect.arrayContaining(['order', 'channel', 'type', 'conversation', 'from', 'to', 'limit', 'cursor']));
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(['Customer', 'CustomerTrait', 'TimelineItem', 'InteractionState', 'MessageRequest']));
  });
});
