import { interactionId } from '@throughline/contracts';
import { idOf } from '../testing/interaction-message';
import { caller, ProfileBench, TENANT } from '../testing/profile-bench';
import type { TimelineList } from './timeline-item.dto';
import type { TimelineQuery } from './timeline-query.dto';

const T0 = Date.parse('2026-01-31T08:00:00.000Z');
const PHONE = 'phone:+14155550100';

let bench: ProfileBench;
let customer: string;

/** Seven interactions of one customer over two identities: m0 to m6 in order of time, posted out of order. */
beforeAll(async () => {
  bench = await ProfileBench.open();
  const said = [
    { id: 'm0', at: T0, identities: [PHONE] },
    { id: 'm1', at: T0 + 1, sequence: 1, identities: [PHONE] },
    { id: 'm2', at: T0 + 1, sequence: 2, identities: ['visitor:v'], channel: 'web-chat', account: 'acc_site', conversation: 'chat-1', type: 'message.received' },
    { id: 'm3', at: T0 + 2, identities: ['visitor:v'], channel: 'web-chat', account: 'acc_site', conversation: 'chat-1', type: 'message.received' },
    { id: 'm4', at: T0 + 3, identities: ['visitor:v', `!${PHONE}`], channel: 'web-chat', account: 'acc_site', conversation: 'chat-2', type: 'message.received' },
    { id: 'm5', at: T0 + 4, identities: [PHONE], conversation: 'chat-1' },
    { id: 'm6', at: T0 + 5, identities: [PHONE], type: 'call.missed' },
  ];
  for (const index of [4, 2, 6, 0, 5, 3, 1]) await bench.post(said[index]!);
  customer = (await bench.customer(PHONE))!.customerId;
});
afterAll(() => bench.close());

const names = new Map(['acc_phone', 'acc_site'].flatMap((account) => [0, 1, 2, 3, 4, 5, 6].map((n) => [idOf(TENANT, { id: `m${n}`, account }), `m${n}`])));
const shown = ({ items }: TimelineList) => items.map((item) => names.get(item.id)).join(' ');
const page = (query: TimelineQuery = {}) => bench.timeline(customer, query);

describe('a timeline', () => {
  it('is sorted by time, the order within it and the id, whatever the order of arrival', async () => {
    expect(shown(await page())).toBe('m6 m5 m4 m3 m2 m1 m0');
    expect(shown(await page({ order: 'asc' }))).toBe('m0 m1 m2 m3 m4 m5 m6');
  });

  it('is the same whichever of her ids is asked for', async () => {
    const other = (await bench.db.database.reader(TENANT, (tx) => tx.query<{ segment: string }>('SELECT segment FROM segment WHERE segment <> customer'))).rows[0]!;
    expect(await bench.timeline(other.segment)).toEqual(await page());
  });

  it.each<[string, TimelineQuery, string]>([
    ['channel', { channel: 'web-chat' }, 'm4 m3 m2'],
    ['type', { type: 'call.missed' }, 'm6'],
    ['conversation, on whatever account', { conversation: 'chat-1' }, 'm5 m3 m2'],
    ['conversation and channel', { conversation: 'chat-1', channel: 'web-chat' }, 'm3 m2'],
    ['a conversation nobody had', { conversation: 'chat-9' }, ''],
    ['time, from inclusive and to exclusive', { from: new Date(T0 + 1).toISOString(), to: new Date(T0 + 4).toISOString() }, 'm4 m3 m2 m1'],
  ])('shows what matches: %s', async (_, query, expected) => expect(shown(await page(query))).toBe(expected));

  it('shows an item as the API promises', async () => {
    const first = { id: 'full', identities: ['email:full@shop.example'], channel: 'email', account: 'acc_email', conversation: 'thread-77', provider: 'generic' };
    await bench.post({ ...first, at: T0, text: 'hello', language: 'en', data: { durationMs: 61000 }, direction: 'outbound', relatesTo: 'other', type: 'message.sent' });
    const [item] = (await bench.timeline((await bench.customer('email:full@shop.example'))!.customerId)).items;
    expect(item).toEqual({
      id: idOf(TENANT, first),
      type: 'message.sent',
      channel: 'email',
      account: 'acc_email',
      direction: 'outbound',
      occurredAt: '2026-01-31T08:00:00.000Z',
      recordedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      position: expect.stringMatching(/^1\.\d+\.\d+$/),
      identity: { namespace: 'email', value: 'full@shop.example' },
      conversation: 'thread-77',
      relatesTo: interactionId(TENANT, 'acc_email', 'interaction', ['other']),
      content: { text: 'hello', language: 'en' },
      data: { durationMs: 61000 },
      agent: null,
      source: { service: 'phone', provider: 'generic', providerId: 'full' },
    });
  });
});

describe('pages of a timeline', () => {
  it.each(['asc', 'desc'] as const)('hold every item once, forwards and backwards, %s', async (order) => {
    const forwards: TimelineList[] = [await page({ order, limit: 3 })];
    while (forwards.at(-1)!.next) forwards.push(await page({ limit: 3, cursor: forwards.at(-1)!.next! }));
    expect(forwards.map((one) => one.items.length)).toEqual([3, 3, 1]);
    expect(forwards.map(shown).join(' ')).toBe(shown(await page({ order })));
    const second = await page({ limit: 3, cursor: forwards[2]!.previous! });
    const first = await page({ limit: 3, cursor: second.previous! });
    expect([shown(first), shown(second)]).toEqual(forwards.slice(0, 2).map(shown));
    expect(first.previous).toBeNull();
    expect(await page({ limit: 3, cursor: first.next! })).toEqual(second);
  });

  it('stay valid while items are added', async () => {
    const first = await page({ limit: 2 });
    await bench.post({ id: 'm0', account: 'acc_late', at: T0 + 3, sequence: 1, identities: [PHONE] });
    const [second] = (await page({ limit: 2, cursor: first.next! })).items;
    expect(second!.account).toBe('acc_late');
    expect(shown(await page({ limit: 2, cursor: (await page({ limit: 2, cursor: first.next! })).previous! }))).toBe(shown(first));
  });

  it('refuse a cursor that was changed, of another tenant, or of the other order', async () => {
    const { next } = await page({ limit: 2 });
    await expect(page({ cursor: `${next!.slice(0, -2)}AA` })).rejects.toMatchObject({ status: 400 });
    await expect(page({ cursor: next!, order: 'asc' })).rejects.toMatchObject({ status: 400 });
    const other = '6f1de1ba-5a14-5f4e-9e57-f0a7d7f0e111';
    await bench.handlers.take(await bench.messages([{ id: 'o', identities: [PHONE] }], other));
    const stranger = (await bench.customer(PHONE, other))!.customerId;
    await expect(bench.timeline(stranger, { cursor: next! }, other)).rejects.toMatchObject({ status: 400 });
  });

  it('refuse what is not served yet, by name', async () => {
    await expect(page({ asOf: '2026-01-31T08:00:00.000Z' })).rejects.toMatchObject({ status: 400, slug: 'not-served-yet', errors: [{ pointer: '/asOf' }] });
  });
});

describe('a customer', () => {
  const get = (id: string, tenant = TENANT) => {
    const headers: Record<string, string> = {};
    return bench.customers.get(caller(tenant), id, { header: (name, value) => (headers[name] = value) }).then((profile) => ({ profile, headers }));
  };

  it('has the shape the API promises', async () => {
    await bench.post({ id: 'p1', at: T0, identities: ['phone:+14155550200'], data: { profileName: 'Ann Example' }, language: 'de' });
    const { customerId } = (await bench.customer('phone:+14155550200'))!;
    const { profile, headers } = await get(customerId);
    const source = idOf(TENANT, { id: 'p1' });
    expect(profile).toEqual({
      customerId,
      version: 1,
      identities: [{ namespace: 'phone', value: '+14155550200', verified: false, linkedAt: expect.stringMatching(/Z$/), linkedBy: source }],
      traits: {
        name: { value: 'Ann Example', source, at: '2026-01-31T08:00:00.000Z' },
        language: { value: 'de', source, at: '2026-01-31T08:00:00.000Z' },
      },
      tier: null,
      language: 'de',
      attention: [],
      channels: { phone: { count: 1, lastAt: '2026-01-31T08:00:00.000Z' } },
      openCases: 0,
    });
    expect(headers.etag).toBe('"1"');
  });

  it('has a new version after every event', async () => {
    const before = (await bench.customer('phone:+14155550200'))!;
    await bench.post({ id: 'p2', identities: ['phone:+14155550200'] });
    const after = (await get(before.customerId)).profile;
    expect(after.version).toBeGreaterThan(before.version);
  });

  it('is found by each of her identities, written in any form, once', async () => {
    const lookup = (...identities: { namespace: string; value: string }[]) => bench.customers.lookup(caller(TENANT), { identities });
    const found = await lookup({ namespace: 'phone', value: '+1 (415) 555-0100' }, { namespace: 'visitor', value: 'v' }, { namespace: 'visitor', value: 'nobody' });
    expect(found).toMatchObject({ items: [{ customerId: customer }], next: null, previous: null });
    expect((await bench.customers.list(caller(TENANT), { identity: 'phone:+14155559999' })).items).toEqual([]);
  });

  it.each([
    ['an identity that names nobody', { identity: 'phone:abc' }, 'malformed', '/identity'],
    ['no identity', {}, 'malformed', '/identity'],
    ['a text without a colon', { identity: 'phone' }, 'malformed', '/identity'],
    ['search', { q: 'ann' }, 'not-served-yet', '/q'],
    ['attention', { attention: 'true' }, 'not-served-yet', '/attention'],
  ])('is not asked for by %s', async (_, query, slug, pointer) => {
    await expect(bench.customers.list(caller(TENANT), query)).rejects.toMatchObject({ status: 400, slug, errors: [{ pointer }] });
  });

  it.each(['nonsense', '00000000-0000-4000-8000-000000000000'])('is 404 where the id is nobody: %s', async (id) => {
    await expect(get(id)).rejects.toMatchObject({ status: 404, slug: 'customer-not-found' });
  });

  it("is 404 under another tenant's credential", async () => {
    await expect(get(customer, '6f1de1ba-5a14-5f4e-9e57-f0a7d7f0e111')).rejects.toMatchObject({ status: 404 });
    await expect(bench.timeline(customer, {}, '6f1de1ba-5a14-5f4e-9e57-f0a7d7f0e111')).rejects.toMatchObject({ status: 404 });
  });
});
