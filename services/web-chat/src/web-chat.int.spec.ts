import { create, toBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { BodySchema, Direction, EnvelopeSchema, interactionId, RecordSchema, unavailable, type Body } from '@throughline/contracts';
import { bodyToSend, type AcceptedEvent } from '@throughline/platform';
import { acceptedEvents, startForTest, until, type TestService } from '@throughline/platform/testing';
import { commitment, randomSalt } from '@throughline/vault';
import { createHmac, randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { ChatMessage } from './conversation-buffer';
import { webChatService } from './web-chat.module';

const tenant = randomUUID();
const SITE = 'site_key_of_the_shop';
const ORIGIN = 'https://shop.example';

interface Hello {
  visitor: string;
  conversation: string;
  token: string;
}

interface Acknowledgement {
  interactionId?: string;
  problem?: { type: string; status: number; retryAfterMs?: number };
}

let service: TestService;
const seen: AcceptedEvent[] = [];
const open: Socket[] = [];

beforeAll(async () => {
  service = await startForTest(webChatService);
  await service.publish.tenant({ id: tenant, name: 'Test' });
  const account = { id: 'acc_site', tenant, provider: 'web-chat', channel: 'web-chat', address: SITE, settings: JSON.stringify({ origins: [ORIGIN] }) };
  await service.publish.account(account, { secret: 'site secret' });
  await service.publish.account({ ...account, id: 'acc_other', address: 'site_key_of_another' }, { secret: 'another' });
  const handle = async (batch: readonly Message[]) => void seen.push(...(await acceptedEvents(service.runtime, batch)));
  await service.runtime.bus.broadcast({ topic: 'interactions', handle });
});

afterAll(() => service.close());
beforeEach(() => void (seen.length = 0));
afterEach(() => {
  for (const socket of open.splice(0)) socket.disconnect();
  jest.restoreAllMocks();
});

interface Options {
  auth?: object;
  site?: string;
  origin?: string;
  transports?: string[];
}

function client({ auth = {}, site = SITE, origin = ORIGIN, transports = ['websocket'] }: Options = {}): Socket {
  const socket = io(`${service.url}/${site}`, { path: '/v1/chat', auth, transports, extraHeaders: { origin }, forceNew: true, reconnection: false, autoConnect: false });
  open.push(socket);
  return socket;
}

const helloOf = (socket: Socket) => new Promise<Hello>((resolve, reject) => void socket.once('hello', resolve).once('connect_error', reject).connect());
const say = (socket: Socket, event: string, payload: unknown) => socket.timeout(20_000).emitWithAck(event, payload) as Promise<Acknowledgement>;

/** What a browser gets, in order; it acknowledges as the page does. */
function received(socket: Socket): string[] {
  const ids: string[] = [];
  socket.on('message', ({ id }: ChatMessage, ack: () => void) => (ids.push(id), ack()));
  return ids;
}

const bodyOf = ({ body }: AcceptedEvent): Body => body;

/** A `message.requested` as the profile service publishes it. */
async function request(visitor: string, text: string, conversation = visitor, account = 'acc_site'): Promise<string> {
  const { vault, blobs, bus } = service.runtime;
  const keys = await vault.forTenant(tenant);
  const id = randomUUID();
  const value = `${account}:${visitor}`;
  const body = toBinary(BodySchema, create(BodySchema, { salt: randomSalt(16), identities: [{ namespace: 'web-visitor', value }], conversation, content: { text } }));
  const key = keys.hash('key', `web-visitor:${value}`);
  const envelope = create(EnvelopeSchema, {
    id, type: 'message.requested', tenant, account, channel: 'web-chat', direction: Direction.OUTBOUND, key,
    occurredAt: BigInt(Date.now()), commitment: commitment(id, body),
  });
  await bus.publish('outbound', [{ key, value: toBinary(RecordSchema, create(RecordSchema, { envelope, body: keys.seal('epoch', id, await bodyToSend(keys, blobs, id, body)) })) }]);
  return id;
}

const ofType = (type: string) => seen.filter(({ envelope }) => envelope!.type === type);
const withId = (id: string | undefined) => seen.filter(({ envelope }) => envelope!.id === id);
const receiptsOf = (ids: string[]) => ofType('message.delivered').map(({ envelope }) => envelope!).filter(({ relatesTo }) => ids.includes(relatesTo));

describe('a visitor', () => {
  it('gets an id that is hers again when she shows her token', async () => {
    const first = await helloOf(client());
    const second = await helloOf(client({ auth: { token: first.token } }));
    expect(first.visitor).toMatch(/^visitor_/);
    expect([second.visitor, second.conversation]).toEqual([first.visitor, first.visitor]);
  });

  it('may come by long polling too', async () => {
    const hello = await helloOf(client({ transports: ['polling'] }));
    expect(hello.visitor).toMatch(/^visitor_/);
  });

  it.each([
    ['with an unknown site key', { site: 'another_site' }, 'Invalid namespace'],
    ['from a page of another origin', { origin: 'https://evil.example' }, 'origin'],
    ['with a forged token', { auth: { token: `visitor_${randomUUID()}.AAAAAAAAAAAAAAAAAAAAAA` } }, 'visitor-token'],
  ])('is refused %s', async (_, options, reason) => {
    await expect(helloOf(client(options))).rejects.toThrow(reason);
  });
});

describe('a message of a visitor', () => {
  it('is acknowledged with its interaction once it is durable', async () => {
    const { door } = service.runtime;
    const accept = door.accept.bind(door);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const asked = jest.spyOn(door, 'accept').mockImplementation(async (...call) => (await held, accept(...call)));
    const socket = client();
    const { visitor } = await helloOf(socket);
    let answered = false;
    const answer = say(socket, 'message', { id: 'm1', text: 'hello', at: '2026-03-02T11:59:00.000Z' }).finally(() => (answered = true));
    await until(() => asked.mock.calls.length === 1);
    expect(answered).toBe(false);
    release();
    const id = interactionId(tenant, 'acc_site', 'message', [visitor, 'm1']);
    expect(await answer).toEqual({ interactionId: id });
    await until(() => withId(id).length === 1);
    const body = bodyOf(withId(id)[0]!);
    expect(body).toMatchObject({ conversation: visitor, content: { text: 'hello' } });
    expect(body.identities).toMatchObject([{ namespace: 'web-visitor', value: `acc_site:${visitor}`, verified: true }]);
  });

  it('is one interaction however often it is sent', async () => {
    const socket = client();
    const { token } = await helloOf(socket);
    const first = await say(socket, 'message', { id: 'm1', text: 'hello' });
    const again = client({ auth: { token } });
    await helloOf(again);
    expect(await say(again, 'message', { id: 'm1', text: 'hello' })).toEqual(first);
    await until(() => withId(first.interactionId).length === 2);
    expect(new Set(withId(first.interactionId).map(({ digest }) => Buffer.from(digest).toString('hex'))).size).toBe(1);
  });

  it('is answered with a problem while the bus is away, and taken afterwards', async () => {
    const socket = client();
    await helloOf(socket);
    jest.spyOn(service.runtime.bus, 'publish').mockRejectedValue(unavailable('bus-unavailable', 'away'));
    expect(await say(socket, 'message', { id: 'm1', text: 'hello' })).toMatchObject({ problem: { type: '/problems/bus-unavailable', status: 503, retryAfterMs: 1000 } });
    jest.restoreAllMocks();
    expect(await say(socket, 'message', { id: 'm1', text: 'hello' })).toMatchObject({ interactionId: expect.any(String) });
  });

  it('must not come in floods, or too large', async () => {
    const socket = client();
    await helloOf(socket);
    expect(await say(socket, 'message', { id: 'big', text: 'x'.repeat(16 * 1024 + 1) })).toMatchObject({ problem: { type: '/problems/too-large', status: 413 } });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => say(socket, 'message', { id: `m${n}`, text: 'hello' })));
    expect(answers.filter(({ interactionId: id }) => id)).toHaveLength(19);
    expect(answers.at(-1)).toMatchObject({ problem: { type: '/problems/rate-limited', status: 429, retryAfterMs: expect.any(Number) } });
  });
});

describe('who a visitor is besides', () => {
  const email = { namespace: 'email', value: 'kim@example.com' };

  it('is a hint when she says it, and verified when the site vouches for it', async () => {
    const socket = client();
    const { visitor } = await helloOf(socket);
    const signature = createHmac('sha256', 'site secret').update(`${visitor}|email:kim@example.com`).digest('hex');
    await say(socket, 'identify', email);
    await say(socket, 'identify', { ...email, signature });
    await until(() => ofType('visitor.identified').length === 2);
    const claims = ofType('visitor.identified').map(({ body }) => body.identities[1]);
    expect(claims).toMatchObject([{ ...email, verified: false }, { ...email, verified: true }]);
  });

  it('is refused with a wrong signature', async () => {
    const socket = client();
    await helloOf(socket);
    expect(await say(socket, 'identify', { ...email, signature: '00' })).toMatchObject({ problem: { type: '/problems/signature', status: 401 } });
    expect(ofType('visitor.identified')).toEqual([]);
  });
});

describe('a message to a visitor', () => {
  it('arrives in order, and its delivery is told once it is acknowledged', async () => {
    const socket = client();
    const ids = received(socket);
    const { visitor } = await helloOf(socket);
    const sent = [await request(visitor, 'one'), await request(visitor, 'two')];
    await until(() => ids.length === 2);
    expect(ids).toEqual(sent);
    await until(() => receiptsOf(sent).length === 2);
    const receipts = sent.map((id) => ({ id: interactionId(tenant, 'acc_site', 'delivered', [id]), relatesTo: id, direction: Direction.OUTBOUND }));
    expect(receiptsOf(sent)).toMatchObject(receipts);
  });

  it('waits for one who is away: she gets what she lacks, once', async () => {
    const first = client();
    const before = received(first);
    const { visitor, token } = await helloOf(first);
    const one = await request(visitor, 'one');
    await until(() => before.length === 1);
    first.disconnect();
    const missed = [await request(visitor, 'two'), await request(visitor, 'three')];
    const second = client({ auth: { token, after: one } });
    const after = received(second);
    await helloOf(second);
    await until(() => after.length >= 2);
    expect(after).toEqual(missed);
  });

  it('comes again where the connection broke before she acknowledged it', async () => {
    const first = client();
    const { visitor, token } = await helloOf(first);
    const one = await request(visitor, 'one');
    await new Promise((resolve) => first.once('message', resolve));
    first.disconnect();
    const second = client({ auth: { token } });
    const ids = received(second);
    await helloOf(second);
    await until(() => ids.length === 1);
    expect(ids).toEqual([one]);
  });

  it('is seen by nobody else', async () => {
    const other = client();
    const ids = received(other);
    await helloOf(other);
    const socket = client();
    const own = received(socket);
    const { visitor } = await helloOf(socket);
    const sent = await request(visitor, 'for her alone', '');
    await until(() => own.length === 1);
    expect([own, ids]).toEqual([[sent], []]);
  });

  it('cannot come from another account, though it names her conversation', async () => {
    const socket = client();
    const ids = received(socket);
    const { visitor } = await helloOf(socket);
    await request(visitor, 'from a stranger', visitor, 'acc_other');
    const sent = await request(visitor, 'from us');
    await until(() => ids.length > 0);
    expect(ids).toEqual([sent]);
  });

  it('has its delivery told later where the bus was away', async () => {
    const first = client();
    const ids = received(first);
    const { visitor, token } = await helloOf(first);
    const accept = jest.spyOn(service.runtime.door, 'accept').mockRejectedValue(unavailable('bus-unavailable', 'away'));
    const one = await request(visitor, 'one');
    await until(() => accept.mock.calls.length === 1);
    first.disconnect();
    jest.restoreAllMocks();
    await helloOf(client({ auth: { token, after: ids[0] } }));
    await until(() => receiptsOf([one]).length === 1);
    expect(ids).toEqual([one]);
  });
});

describe('the page', () => {
  it.each([['/chat?site=x', 'text/html'], ['/chat/page.js', 'text/javascript'], ['/chat/log.js', 'text/javascript'], ['/chat/thread.js', 'text/javascript'], ['/chat/page.css', 'text/css'], ['/v1/chat/socket.io.min.js', 'javascript']])('is served: %s', async (path, type) => {
    const answer = await fetch(service.url + path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)]);
  });

  it('runs no script but its own', async () => {
    const policy = (await fetch(`${service.url}/chat`)).headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
  });
});
