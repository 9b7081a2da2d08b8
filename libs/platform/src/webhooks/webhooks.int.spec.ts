import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { hubChallenge, hubSignature, listOf, parseJson, recordOf, verifyHubSignature, type Adapter } from '@throughline/channel-kit';
import { DeadLetterSchema, malformed, RedriveSchema, tenantId, unavailable, type Body, type DeadLetter, type Interaction } from '@throughline/contracts';
import type { AcceptedEvent } from '../accepted/accepted-event';
import { redriveHandlers } from '../redrive/redrive.handlers';
import { acceptedEvents } from '../testing/accepted-events';
import type { Runtime } from '../runtime.contract';
import { startForTest, until, type TestService } from '../testing';
import { WebhookDoor } from './webhook-door';
import { webhookControllers } from './webhooks.controller';

/** An adapter as small as one can be: a list of ids, one bad word in it, signed by hub signature and bound to its address. */
const toy: Adapter = {
  provider: 'toy',
  channel: 'social',
  mediaTypes: ['application/json'],
  proves: ['phone'],
  verify: ({ url, body, headers }, { secrets }) => verifyHubSignature(secrets.secret, Buffer.concat([Buffer.from(url), body]), headers['x-sig']),
  handshake: ({ query }, { secrets }) => {
    const body = hubChallenge(query, secrets.verifyToken);
    return body === undefined ? undefined : { status: 200, body };
  },
  parse: ({ body }) => {
    const { items } = recordOf(parseJson(body));
    if (!Array.isArray(items)) throw malformed('No items.', [{ pointer: '/items', code: 'form', detail: 'Not a list.' }]);
    const words = listOf(items).map(String);
    return {
      interactions: words.filter((word) => word !== 'bad').map(interaction),
      unparsed: words.flatMap((word, index) => (word === 'bad' ? [{ pointer: `/items/${index}`, detail: 'A bad word.' }] : [])),
    };
  },
  answer: () => ({ status: 200, contentType: 'text/xml', body: '<Ok/>' }),
};
const mute: Adapter = { ...toy, provider: 'mute', handshake: undefined };

function interaction(value: string): Interaction {
  const identities = [{ namespace: 'phone', value, verified: true }, { namespace: 'email', value: 'a@b.example', verified: true }];
  return { kind: 'message', tuple: [value], type: 'message.received', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z', identities };
}

const TENANT = tenantId('webhooks-spec');
const PUBLIC_URL = 'https://hooks.example/base';

describe('webhooks over HTTP', () => {
  let service: TestService;
  let records: AcceptedEvent[] = [];
  let deadLetters: DeadLetter[] = [];

  beforeAll(async () => {
    const module = (runtime: Runtime) => {
      const door = new WebhookDoor('toys', runtime);
      const redrives = redriveHandlers('toys', runtime, { take: (letter) => door.redrive([toy, mute], letter) });
      return { module: class Toys {}, controllers: [...webhookControllers([toy, mute]), redrives], providers: [{ provide: WebhookDoor, useValue: door }] };
    };
    const definition = { name: 'toys', module };
    service = await startForTest(definition, { publicUrl: PUBLIC_URL });
    const { publish, runtime } = service;
    await publish.tenant({ id: TENANT, name: 'Spec' });
    await publish.account({ id: 'acc_toy', tenant: TENANT, provider: 'toy', channel: 'social' }, { secret: 'sec', verifyToken: 'tok' });
    await publish.account({ id: 'acc_open', tenant: TENANT, provider: 'toy' }, { secret: 'sec' });
    await publish.account({ id: 'acc_mute', tenant: TENANT, provider: 'mute', channel: 'social' }, { secret: 'sec' });
    const onRejected = async () => undefined;
    await runtime.bus.group({ topic: 'interactions', group: 'spec', onRejected, handle: async (batch) => void records.push(...(await acceptedEvents(runtime, batch))) });
    await runtime.bus.group({ topic: 'dead-letters', group: 'spec', onRejected, handle: async (batch) => void deadLetters.push(...batch.map(({ value }) => fromBinary(DeadLetterSchema, value))) });
  });
  beforeEach(() => {
    records = [];
    deadLetters = [];
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => service?.close());

  const post = (body: unknown, { path = '/v1/webhooks/toy/acc_toy', secret = 'sec', type = 'application/json' } = {}) => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const signature = hubSignature(secret, Buffer.from(PUBLIC_URL + path + payload));
    return service.app.inject({ method: 'POST', url: path, headers: { 'content-type': type, 'x-sig': signature }, payload });
  };
  const bodyOf = ({ body }: AcceptedEvent): Body => body;

  it('answers what the provider must hear once the interactions are on the bus', async () => {
    const answer = await post({ items: ['+14155550100', '+14155550101'] });
    expect(answer).toMatchObject({ statusCode: 200, body: '<Ok/>', headers: { 'content-type': 'text/xml', 'x-content-type-options': 'nosniff' } });
    await until(() => records.length === 2);
    expect(records.map(({ envelope }) => envelope)).toEqual(expect.arrayContaining([expect.objectContaining({ account: 'acc_toy', channel: 'social', provider: 'toy', producer: 'toys', tenant: TENANT })]));
  });

  it('believes a provider where it proves an identity, and only there', async () => {
    await post({ items: ['+14155550102'] });
    await until(() => records.length === 1);
    expect(bodyOf(records[0]!).identities).toMatchObject([{ namespace: 'phone', verified: true }, { namespace: 'email', verified: false }]);
  });

  it('checks the signature over the public address with its raw query', async () => {
    // By a socket: `inject` and `fetch` would rewrite the quote.
    const path = "/v1/webhooks/toy/acc_toy?b=2&a=%20'x";
    const headers = { 'content-type': 'application/json', 'x-sig': hubSignature('sec', Buffer.from(`${PUBLIC_URL}${path}{"items":[]}`)) };
    const sent = request(service.url, { method: 'POST', path, headers }).end('{"items":[]}');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
  });

  it('names the channel on an account open to several', async () => {
    await post({ items: ['+14155550103'] }, { path: '/v1/webhooks/toy/acc_open' });
    await until(() => records.length === 1);
    expect(records[0]!.envelope?.channel).toBe('social');
  });

  it('passes a sane traceparent on', async () => {
    const path = '/v1/webhooks/toy/acc_toy';
    const payload = JSON.stringify({ items: ['+14155550104'] });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await service.app.inject({ method: 'POST', url: path, payload, headers: { 'content-type': 'application/json', traceparent, 'x-sig': hubSignature('sec', Buffer.from(PUBLIC_URL + path + payload)) } });
    await until(() => records.length === 1);
    expect(records[0]!.envelope?.trace).toBe(traceparent);
  });

  it('answers 401 to another secret and keeps nothing', async () => {
    const publish = jest.spyOn(service.runtime.bus, 'publish');
    const answer = await post({ items: ['+14155550105'] }, { secret: 'other' });
    expect(answer.json()).toMatchObject({ status: 401, type: '/problems/signature' });
    expect(publish).not.toHaveBeenCalled();
  });

  it.each([
    ['an unknown account', '/v1/webhooks/toy/acc_nobody'],
    ["another provider's account", '/v1/webhooks/mute/acc_toy'],
    ['an unknown provider', '/v1/webhooks/nobody/acc_toy'],
  ])('answers 404 to %s', async (_, path) => expect((await post({ items: [] }, { path })).statusCode).toBe(404));

  it('answers 415 to another media type', async () => expect((await post('<a/>', { type: 'text/xml' })).json()).toMatchObject({ status: 415, type: '/problems/media-type' }));

  it('answers 413 to a body over the limit', async () => expect((await post(' '.repeat(5 * 1024 * 1024))).statusCode).toBe(413));

  it.each([
    ['no JSON', '{"items":', ''],
    ['another form', '{"items":7}', '/items'],
  ])('answers 400 to an authentic body of %s, naming the field, and keeps it as a dead letter', async (_, raw, pointer) => {
    const answer = await post(raw);
    expect(answer.json()).toMatchObject({ status: 400, type: '/problems/malformed', errors: [{ pointer }] });
    await until(() => deadLetters.length === 1);
    const [letter] = deadLetters;
    expect(letter).toMatchObject({ cause: 'unparsable', account: 'acc_toy', tenant: TENANT, service: 'toys', mediaType: 'application/json' });
    const keys = await service.runtime.vault.forTenant(TENANT);
    expect((await keys.open(letter!.id, letter!.raw!)).toString()).toBe(raw);
  });

  it('keeps what it could not read of a request as one dead letter, and the good goes on', async () => {
    expect((await post({ items: ['bad', '+14155550106', 'bad'] })).statusCode).toBe(200);
    await until(() => records.length === 1 && deadLetters.length === 1);
    expect(deadLetters[0]).toMatchObject({ cause: 'unparsable', detail: '/items/0: A bad word.; /items/2: A bad word.' });
  });

  it('keeps what the door refuses as a dead letter, and the good goes on', async () => {
    expect((await post({ items: ['nonsense', '+14155550107'] })).statusCode).toBe(200);
    await until(() => records.length === 1 && deadLetters.length === 1);
    expect(deadLetters[0]).toMatchObject({ cause: 'rejected', detail: expect.stringContaining('/interactions/0/identities/0/value') });
    expect(deadLetters[0]!.detail).not.toContain('nonsense');
  });

  it('makes one dead letter of one request, however often it is sent', async () => {
    await post({ items: ['bad', 'again'] });
    await post({ items: ['bad', 'again'] });
    await until(() => deadLetters.length >= 4);
    expect(new Set(deadLetters.map(({ id }) => id)).size).toBe(2);
  });

  it('takes a request again that it could not read, once its adapter is mended', async () => {
    const parse = jest.spyOn(toy, 'parse').mockImplementation(() => {
      throw new TypeError('a fault of ours');
    });
    await post({ items: ['+14155550177'] });
    await until(() => deadLetters.length === 1);
    parse.mockRestore();
    const { id, account, cause, interaction: subject, raw, rawBlob, mediaType } = deadLetters[0]!;
    const redrive = (fields: object) => service.runtime.bus.publish('redrives', [{ key: Buffer.from('k'), value: toBinary(RedriveSchema, create(RedriveSchema, { id, tenant: TENANT, service: 'toys', account, cause, interaction: subject, raw, rawBlob, mediaType, ...fields })) }]);
    await redrive({});
    await until(() => records.length === 1);
    expect(bodyOf(records[0]!).identities).toMatchObject([{ value: '+14155550177' }, {}]);
    await redrive({ account: 'gone' });
    await until(() => deadLetters.length === 2);
    expect(deadLetters[1]).toMatchObject({ id, detail: 'The account is gone, or its provider has no adapter here.' });
  });

  it('keeps and answers 500 where the adapter itself fails', async () => {
    jest.spyOn(toy, 'parse').mockImplementation(() => {
      throw new TypeError('secret detail');
    });
    const answer = await post({ items: [] });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret detail');
    await until(() => deadLetters.length === 1);
    expect(deadLetters[0]!.detail).toBe('The adapter failed.');
  });

  it.each([
    ['interactions', { items: ['+14155550108'] }],
    ['dead letters', { items: ['bad'] }],
  ])('answers 503 with Retry-After where the bus takes no %s', async (_, body) => {
    jest.spyOn(service.runtime.bus, 'publish').mockRejectedValue(unavailable('bus-unavailable', 'The bus is away.'));
    const answer = await post(body);
    expect(answer.statusCode).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  describe('a challenge', () => {
    const ask = (path: string) => service.app.inject({ url: path });

    it('is echoed as text for the right token', async () =>
      expect(await ask('/v1/webhooks/toy/acc_toy?hub.mode=subscribe&hub.verify_token=tok&hub.challenge=%3Cb%3E1')).toMatchObject({ statusCode: 200, body: '<b>1', headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } }));
    it('is refused with 403 for another token', async () => expect((await ask('/v1/webhooks/toy/acc_toy?hub.mode=subscribe&hub.verify_token=no&hub.challenge=1')).statusCode).toBe(403));
    it('is 404 at a provider that sends none', async () => expect((await ask('/v1/webhooks/mute/acc_mute?hub.mode=subscribe')).statusCode).toBe(404));
    it('is 404 for an unknown account', async () => expect((await ask('/v1/webhooks/toy/nobody?hub.mode=subscribe')).statusCode).toBe(404));
  });
});
