import { fromBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { DeadLetterSchema, interactionId, tenantId, unavailable } from '@throughline/contracts';
import { acceptedEvents, startForTest, until, type TestService } from '@throughline/platform/testing';
import { ingestService } from './ingest.module';

const TENANT = tenantId('ingest-spec');
const OTHER = tenantId('ingest-spec-other');
const KEY = 'tl_ingest-spec-key-0123456789';
const NARROW = 'tl_ingest-spec-narrow-0123456789';
const READER = 'tl_ingest-spec-reader-0123456789';

const example = (more: object = {}) => ({
  id: 'gw7-000123',
  account: 'acc_main',
  type: 'call.ended',
  direction: 'inbound',
  occurredAt: '2026-01-31T08:15:30.123Z',
  identities: [{ namespace: 'phone', value: '+1 (415) 555-0100' }],
  data: { durationMs: 61_000 },
  ...more,
});

describe('the generic door', () => {
  let service: TestService;

  const post = (payload: unknown, { path = '', token = KEY, type = 'application/json' } = {}) =>
    service.app.inject({
      method: 'POST',
      url: `/v1/interactions${path}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });

  beforeAll(async () => {
    service = await startForTest(ingestService);
    const { publish } = service;
    await publish.tenant({ id: TENANT, name: 'Spec' });
    await publish.tenant({ id: OTHER, name: 'Other' });
    await publish.account({ id: 'acc_main', tenant: TENANT, provider: 'generic', channel: 'phone' });
    await publish.account({ id: 'acc_api', tenant: TENANT, provider: 'generic', channel: '' });
    await publish.account({ id: 'acc_other', tenant: OTHER, provider: 'generic', channel: 'phone' });
    await publish.key(TENANT, KEY, ['ingest', 'vouch:email']);
    await publish.key(TENANT, NARROW, ['ingest:acc_main']);
    await publish.key(TENANT, READER, ['read']);
  });
  afterAll(() => service?.close());

  describe('one interaction', () => {
    it('is answered 202 with the id it has for ever', async () => {
      const answer = await post(example());
      expect([answer.statusCode, answer.json()]).toEqual([202, { interactionId: interactionId(TENANT, 'acc_main', 'interaction', ['gw7-000123']) }]);
    });

    it('gives the same id when it comes again', async () => {
      const [first, second] = [await post(example({ id: 'twice' })), await post(example({ id: 'twice' }))];
      expect(second.json()).toEqual(first.json());
    });

    it('is on the bus when it is answered, sealed, with normalised identities', async () => {
      const { interactionId: id } = (await post(example({ id: 'on-the-bus', inReplyTo: 'gw7-000123' }))).json<{ interactionId: string }>();
      const { envelope, body } = (await published()).find((event) => event.envelope.id === id)!;
      expect(envelope).toMatchObject({ tenant: TENANT, account: 'acc_main', channel: 'phone', type: 'call.ended', provider: 'generic', producer: 'ingest' });
      expect(envelope.relatesTo).toBe(interactionId(TENANT, 'acc_main', 'interaction', ['gw7-000123']));
      expect(body.identities).toMatchObject([{ namespace: 'phone', value: '+14155550100', verified: false }]);
      expect(Buffer.from(body.data).toString()).toBe('{"durationMs":61000}');
    });

    it('is refused with a pointer for every bad field', async () => {
      const answer = await post(example({ id: '', type: 'Nonsense', direction: 'sideways', occurredAt: 'yesterday', identities: [{ namespace: 'phone' }], surprise: 1 }));
      expect(answer.statusCode).toBe(400);
      expect(answer.headers['content-type']).toMatch('application/problem+json');
      expect(answer.json()).toMatchObject({ type: '/problems/malformed', status: 400, instance: answer.headers['x-request-id'] });
      const pointers = answer.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer);
      expect(new Set(pointers)).toEqual(new Set(['/id', '/type', '/direction', '/occurredAt', '/identities/0/value', '/surprise']));
    });

    it.each([
      ['a number of no plan', { identities: [{ namespace: 'phone', value: 'not a number' }] }, '/identities/0/value'],
      ['nobody and no conversation', { identities: [] }, '/identities'],
      ['another channel than the account has', { channel: 'in-store' }, '/channel'],
    ])('is refused as 422 for %s', async (_, more, pointer) => {
      const answer = await post(example(more));
      expect([answer.statusCode, answer.json<{ errors: { pointer: string }[] }>().errors[0]!.pointer]).toEqual([422, pointer]);
    });

    it.each([
      ['data that does not fit its type', { data: { durationMs: 'long' } }, '/data/durationMs'],
      ['a day that does not exist', { occurredAt: '2026-02-30T00:00:00Z' }, '/occurredAt'],
    ])('is refused as 400 for %s', async (_, more, pointer) => {
      const answer = await post(example(more));
      expect([answer.statusCode, answer.json<{ errors: { pointer: string }[] }>().errors[0]!.pointer]).toEqual([400, pointer]);
    });

    it('never repeats the bad value in the answer', async () => {
      expect((await post(example({ identities: [{ namespace: 'phone', value: 'secret-name' }] }))).body).not.toContain('secret-name');
    });

    it('may come from nobody in a conversation', async () => {
      expect((await post(example({ id: 'withheld', identities: [], conversation: 'thread-77' }))).statusCode).toBe(202);
    });

    it('names its channel on an account open to several', async () => {
      const answers = [await post(example({ id: 'a1', account: 'acc_api', channel: 'in-store' })), await post(example({ id: 'a2', account: 'acc_api' }))];
      const ids = answers.map((answer) => answer.json<{ interactionId: string }>().interactionId);
      const channels = (await published()).filter(({ envelope }) => ids.includes(envelope!.id)).map(({ envelope }) => envelope!.channel);
      expect(channels.sort()).toEqual(['in-store', 'self-service']);
    });

    it('carries a warning where the key may not vouch', async () => {
      const identities = [{ namespace: 'phone', value: '+14155550100', verified: true }, { namespace: 'email', value: 'a@b.example', verified: true }];
      const answer = await post(example({ id: 'vouched', identities }));
      expect(answer.json()).toMatchObject({ warnings: [{ pointer: '/identities/0/verified', code: 'not-vouched' }] });
      expect(answer.json<{ warnings: object[] }>().warnings).toHaveLength(1);
    });

    it('holds texts that UTF-8 cannot carry, and refuses what is nested too deep', async () => {
      expect((await post('{"id":"lone","account":"acc_main","type":"message.received","direction":"inbound","occurredAt":"2026-01-31T08:15:30Z","identities":[],"conversation":"c","content":{"text":"\\ud83d!"}}')).statusCode).toBe(202);
      const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
      expect((await post(JSON.stringify(example()).replace('{"durationMs":61000}', deep))).statusCode).toBe(422);
    });

    it('lies in the blob store where it is over 256 KiB', async () => {
      const text = 'x'.repeat(300 * 1024);
      const { interactionId: id } = (await post(example({ id: 'large', content: { text } }))).json<{ interactionId: string }>();
      const message = (await messages('interactions', 1)).find(({ value }) => value.includes(id))!;
      expect(message.value.length).toBeLessThan(1024);
      const [event] = await acceptedEvents(service.runtime, [message]);
      expect(event!.body.content!.text).toBe(text);
    });
  });

  describe('a batch', () => {
    it('keeps the good items when one is bad', async () => {
      const answer = await post({ interactions: [example({ id: 'b1' }), { id: 'b2' }, example({ id: 'b3', account: 'acc_other' }), 7, example({ id: 'b4', account: 'acc_api' })] }, { path: '/batch' });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({
        items: [
          { index: 0, status: 'accepted', interactionId: interactionId(TENANT, 'acc_main', 'interaction', ['b1']) },
          { index: 1, status: 'rejected', problem: { type: '/problems/malformed', status: 400 } },
          { index: 2, status: 'rejected', problem: { type: '/problems/account-unknown', status: 404 } },
          { index: 3, status: 'rejected', problem: { status: 400, errors: [{ pointer: '' }] } },
          { index: 4, status: 'accepted', interactionId: interactionId(TENANT, 'acc_api', 'interaction', ['b4']) },
        ],
      });
    });

    it('may have a thousand items and not one more', async () => {
      const items = Array.from({ length: 1001 }, (_, n) => example({ id: `t${n}` }));
      const [full, over] = [await post({ interactions: items.slice(1) }, { path: '/batch' }), await post({ interactions: items }, { path: '/batch' })];
      expect(full.json<{ items: { status: string }[] }>().items.filter(({ status }) => status === 'accepted')).toHaveLength(1000);
      expect([over.statusCode, over.json<{ type: string }>().type]).toEqual([413, '/problems/too-large']);
    });

    it('is refused where it is no list', async () => {
      expect((await post({ interactions: {} }, { path: '/batch' })).json()).toMatchObject({ status: 400, errors: [{ pointer: '/interactions' }] });
    });
  });

  describe('CloudEvents', () => {
    const { id: _id, type: _type, occurredAt: _occurredAt, ...data } = example();
    const event = (more: object = {}) => ({ specversion: '1.0', id: 'ce-1', source: '/gateways/7', type: 'call.ended', time: '2026-01-31T08:15:30.123Z', data, ...more });

    it('give id, type and time where the data has none', async () => {
      const answer = await post(event(), { type: 'application/cloudevents+json; charset=utf-8' });
      expect([answer.statusCode, answer.json()]).toEqual([202, { interactionId: interactionId(TENANT, 'acc_main', 'interaction', ['ce-1']) }]);
    });

    it('come in batches', async () => {
      const answer = await post([event({ id: 'ce-2' }), event({ specversion: '0.3' })], { path: '/batch', type: 'application/cloudevents-batch+json' });
      expect(answer.json()).toMatchObject({ items: [{ status: 'accepted' }, { status: 'rejected', problem: { errors: [{ pointer: '/specversion' }] } }] });
    });

    it('point into their data', async () => {
      const answer = await post(event({ data: { ...data, direction: 'up' } }), { type: 'application/cloudevents+json' });
      expect(answer.json()).toMatchObject({ errors: [{ pointer: '/data/direction' }] });
    });
  });

  describe('who may post', () => {
    it.each([
      ['no key', '', 401, '/problems/unauthorized'],
      ['an unknown key', 'tl_nobody-knows-this-key', 401, '/problems/unauthorized'],
      ['a key that may only read', READER, 403, '/problems/scope'],
    ])('%s is refused', async (_, token, status, type) => {
      const answer = await post(example(), { token });
      expect([answer.statusCode, answer.json<{ type: string }>().type]).toEqual([status, type]);
      expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401);
    });

    it('a key for one account posts on that one only', async () => {
      const statuses = [await post(example({ id: 'n1' }), { token: NARROW }), await post(example({ account: 'acc_api' }), { token: NARROW })];
      expect(statuses.map(({ statusCode }) => statusCode)).toEqual([202, 403]);
    });

    it("another tenant's account is as unknown as none", async () => {
      const [foreign, none] = [await post(example({ account: 'acc_other' })), await post(example({ account: 'acc_none' }))];
      expect(foreign.statusCode).toBe(404);
      expect({ ...foreign.json<object>(), instance: '' }).toEqual({ ...none.json<object>(), instance: '' });
    });

    it('a removed key is refused at once', async () => {
      const token = 'tl_ingest-spec-removed-0123456789';
      await service.publish.key(TENANT, token, ['ingest']);
      expect((await post(example({ id: 'r1' }), { token })).statusCode).toBe(202);
      await service.publish.key(TENANT, token, ['ingest'], true);
      expect((await post(example({ id: 'r1' }), { token })).statusCode).toBe(401);
    });
  });

  describe('bodies', () => {
    it.each([
      ['not JSON', '{"id":', 'application/json', 400],
      ['a poisoned prototype', '{"__proto__":{"admin":true}}', 'application/json', 400],
      ['an empty one', '', 'application/json', 400],
      ['a form', 'id=1', 'application/x-www-form-urlencoded', 415],
      ['a batch of events at the single door', '[]', 'application/cloudevents-batch+json', 415],
      ['too many bytes', `{"id":"${'x'.repeat(4 * 1024 * 1024 + 100_000)}"}`, 'application/json', 413],
    ])('%s is refused', async (_, payload, type, status) => {
      const answer = await post(payload, { type });
      expect([answer.statusCode, answer.json<{ status: number }>().status]).toEqual([status, status]);
    });
  });

  it('answers 503 with Retry-After, and promises nothing, while the bus is away', async () => {
    const publish = jest.spyOn(service.runtime.bus, 'publish').mockRejectedValueOnce(unavailable('bus-unavailable', 'The bus is not there.'));
    const answer = await post(example({ id: 'later' }));
    expect([answer.statusCode, answer.headers['retry-after'], answer.json<{ type: string }>().type]).toEqual([503, '1', '/problems/bus-unavailable']);
    publish.mockRestore();
  });

  it('sets things aside sealed, and the same thing twice as one', async () => {
    const item = { tenant: TENANT, account: 'acc_main', cause: 'unparsable', detail: 'no JSON', service: 'ingest', raw: Buffer.from('raw +14155550100'), mediaType: 'text/plain' };
    const ids = [await service.runtime.deadLetters.put(item), await service.runtime.deadLetters.put(item)];
    expect(ids[0]).toBe(ids[1]);
    const values = await read('dead-letters', 2);
    const letter = fromBinary(DeadLetterSchema, values[0]!);
    const keys = await service.runtime.vault.forTenant(TENANT);
    expect(values[0]!.includes('+14155550100')).toBe(false);
    expect((await keys.open(letter.id, letter.raw!)).toString()).toBe('raw +14155550100');
  });

  async function messages(topic: 'interactions' | 'dead-letters', atLeast: number): Promise<Message[]> {
    const seen: Message[] = [];
    const subscription = await service.runtime.bus.broadcast({ topic, handle: async (batch) => void seen.push(...batch) });
    await until(() => seen.length >= atLeast);
    await subscription.close();
    return seen;
  }

  const read = async (topic: 'dead-letters', atLeast: number) => (await messages(topic, atLeast)).map(({ value }) => value);
  const published = async () => acceptedEvents(service.runtime, await messages('interactions', 1));
});
