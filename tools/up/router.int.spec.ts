import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const root = join(__dirname, '..', '..');

/** A service that says who it is and what it heard, and echoes on WebSockets. */
async function fakeService(name: string): Promise<Server> {
  const server = createServer((heard, response) => {
    if (heard.url === '/health/ready') return response.writeHead(200).end('{}');
    if (heard.url === '/openapi.json') return response.end(JSON.stringify({ openapi: '3.1.0', info: {}, paths: { [`/v1/${name}`]: {} }, components: { schemas: { [name]: {} } } }));
    if (heard.url === '/metrics') return response.end(`# HELP requests_total of all\n# TYPE requests_total counter\nrequests_total{path="/"} 1\n`);
    return void text(heard).then((body) => response.writeHead(202, { 'x-from': name }).end(JSON.stringify({ name, method: heard.method, url: heard.url, body, headers: heard.headers })));
  });
  server.on('upgrade', (_heard, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: yes\r\n\r\n');
    socket.pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe('router', () => {
  const names = ['admin', 'ingest', 'phone', 'email', 'social', 'web-chat', 'profile'];
  const fakes = new Map<string, Server>();
  let router: ChildProcess;
  let port: number;

  beforeAll(async () => {
    for (const name of names) fakes.set(name, await fakeService(name));
    const urls = names.map((name) => [`SERVICE_${name.toUpperCase().replaceAll('-', '_')}_URL`, `http://127.0.0.1:${portOf(fakes.get(name)!)}`]);
    router = spawn(process.execPath, ['deploy/router/router.mjs'], { cwd: root, env: { ...process.env, ...Object.fromEntries(urls), PORT: '0', HOST: '127.0.0.1' }, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: router.stdout! }), 'line')) as [string];
    port = Number(/\d+$/.exec(line)![0]);
  });
  afterAll(async () => {
    for (const server of fakes.values()) server.close().closeAllConnections();
    const ended = once(router, 'exit');
    router.kill('SIGTERM');
    await ended;
  });

  const send = async (method: string, path: string, body?: string | Buffer, headers = {}) => {
    const outgoing = request({ port, host: '127.0.0.1', method, path, headers });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  };

  it.each([
    ['POST', '/v1/interactions', 'ingest'],
    ['POST', '/v1/interactions/batch', 'ingest'],
    ['GET', '/v1/interactions/abc?wait=5000', 'profile'],
    ['POST', '/v1/webhooks/twilio-voice/acc_phone', 'phone'],
    ['POST', '/v1/webhooks/whatsapp/acc_whatsapp', 'social'],
    ['GET', '/v1/webhooks/whatsapp/acc_whatsapp?hub.mode=subscribe', 'social'],
    ['GET', '/v1/chat/?EIO=4&transport=polling', 'web-chat'],
    ['GET', '/chat', 'web-chat'],
    ['POST', '/v1/channel-accounts', 'admin'],
    ['GET', '/v1/keys', 'admin'],
    ['POST', '/v1/dead-letters/x/redrive', 'admin'],
    ['GET', '/v1/customers?identity=phone:%2B14155550100', 'profile'],
    ['DELETE', '/v1/merges/m1', 'profile'],
    ['POST', '/v1/messages', 'profile'],
  ])('sends %s %s to %s', async (method, path, name) => {
    const { status, body, headers } = await send(method, path);
    expect(status).toBe(202);
    expect(headers['x-from']).toBe(name);
    expect(JSON.parse(body)).toMatchObject({ name, method, url: path });
  });

  it('passes bytes, the host and unknown headers on as they came', async () => {
    const { body } = await send('POST', '/v1/webhooks/twilio-voice/acc_phone', 'a=1&b=%2B+x', { host: 'public.example', 'x-twilio-signature': 'sig=', 'content-length': '11' });
    expect(JSON.parse(body)).toMatchObject({ body: 'a=1&b=%2B+x', headers: { host: 'public.example', 'x-twilio-signature': 'sig=', 'x-forwarded-for': '127.0.0.1' } });
  });

  it('passes a body of unknown length on', async () => {
    const { body } = await send('POST', '/v1/messages', 'x'.repeat(100_000), { 'transfer-encoding': 'chunked' });
    expect((JSON.parse(body) as { body: string }).body).toHaveLength(100_000);
  });

  it('passes WebSockets on in both directions', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /v1/chat/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1.1 101 .*sec-websocket-accept: yes/s);
    socket.write('hello');
    expect(String(((await once(socket, 'data')) as [Buffer])[0])).toBe('hello');
    socket.destroy();
  });

  it('answers a path of no service with a problem document', async () => {
    const { status, headers, body } = await send('GET', '/nowhere');
    expect({ status, type: headers['content-type'] }).toEqual({ status: 404, type: 'application/problem+json' });
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/not-found', status: 404 });
  });

  it('joins the descriptions and the metrics of all services', async () => {
    const document = JSON.parse((await send('GET', '/openapi.json')).body) as { paths: object; components: { schemas: object } };
    expect(Object.keys(document.paths).sort()).toEqual(names.map((name) => `/v1/${name}`).sort());
    expect(Object.keys(document.components.schemas).sort()).toEqual([...names].sort());
    const lines = (await send('GET', '/metrics')).body.trim().split('\n');
    expect(lines.slice(0, 3)).toEqual(['# HELP requests_total of all', '# TYPE requests_total counter', 'requests_total{service="admin",path="/"} 1']);
    expect(lines).toHaveLength(2 + names.length);
  });

  it('says 503 with Retry-After, and is not ready, while a service is down', async () => {
    const up = await send('GET', '/health/ready');
    const phone = fakes.get('phone')!;
    phone.closeAllConnections();
    phone.close();
    await once(phone, 'close');
    const down = await send('POST', '/v1/webhooks/twilio-voice/acc_phone', 'x');
    expect({ status: down.status, again: down.headers['retry-after'] }).toEqual({ status: 503, again: '1' });
    expect([up.status, (await send('GET', '/health/ready')).status, (await send('GET', '/health/live')).status]).toEqual([200, 503, 200]);
  });
});
