import { startForTest, type TestService } from '@throughline/platform/testing';
import { createHmac, randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { webChatService } from './web-chat.module';

// A browser kept the account it had connected with: once closed it went on taking messages, and a secret that had been
// changed went on vouching.

const tenant = randomUUID();
let service: TestService;
let socket: Socket;

const account = (more: object = {}) => ({ id: 'acc_site', tenant, provider: 'web-chat', channel: 'web-chat', address: 'the_site_key', settings: JSON.stringify({ origins: ['*'] }), ...more });
const say = (event: string, payload: unknown) => socket.timeout(20_000).emitWithAck(event, payload) as Promise<unknown>;

beforeEach(async () => {
  service = await startForTest(webChatService);
  await service.publish.tenant({ id: tenant, name: 'Test' });
  await service.publish.account(account(), { secret: 'first secret' });
  socket = io(`${service.url}/the_site_key`, { path: '/v1/chat', transports: ['websocket'], reconnection: false, autoConnect: false });
});
afterEach(async () => {
  socket.disconnect();
  await service.close();
});

const hello = () => new Promise<{ visitor: string }>((resolve, reject) => void socket.once('hello', resolve).once('connect_error', reject).connect());

describe('a connected browser', () => {
  it('says nothing more on an account that has been closed', async () => {
    await hello();
    expect(await say('message', { id: '1', text: 'hello' })).toEqual({ interactionId: expect.any(String) });
    await service.publish.account(account({ removed: true }));
    expect(await say('message', { id: '2', text: 'still here' })).toMatchObject({ problem: { type: '/problems/unknown-site', status: 404 } });
  });

  it('is vouched for by the secret that holds now', async () => {
    const { visitor } = await hello();
    const signed = (secret: string) => ({ namespace: 'email', value: 'mei@customer.example', signature: createHmac('sha256', secret).update(`${visitor}|email:mei@customer.example`).digest('hex') });
    await service.publish.account(account(), { secret: 'second secret' });
    expect(await say('identify', signed('first secret'))).toMatchObject({ problem: { type: '/problems/signature', status: 401 } });
    expect(await say('identify', signed('second secret'))).toEqual({ interactionId: expect.any(String) });
  });
});
