// A router that ended served busy connections on for 10 s, and then cut off what they had just asked.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { until } from '@throughline/platform/testing';

const root = join(__dirname, '..', '..');
const isRefused = (port: number) => new Promise<boolean>((resolve) => void connect(port, '127.0.0.1', () => resolve(false)).on('error', () => resolve(true)));

describe('a router that ends', () => {
  let service: Server;
  let router: ChildProcess;
  let port: number;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeAll(async () => {
    service = createServer((_, answer) => void service.emit('asked', answer)).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const SERVICE_PROFILE_URL = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    router = spawn(process.execPath, ['deploy/router/router.mjs'], { cwd: root, env: { ...process.env, PORT: '0', HOST: '127.0.0.1', SERVICE_PROFILE_URL }, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: router.stdout! }), 'line')) as [string];
    port = Number(/\d+$/.exec(line)![0]);
  });
  afterAll(() => {
    router.kill('SIGKILL');
    agent.destroy();
    service.close().closeAllConnections();
  });

  it('answers what comes on a connection in use, and asks for no more on it', async () => {
    const ask = () => once(request({ port, host: '127.0.0.1', path: '/v1/customers/x', agent }).end(), 'response') as Promise<[IncomingMessage]>;
    const [asked, first] = [once(service, 'asked') as Promise<[ServerResponse]>, ask()];
    const [held] = await asked;
    const ended = once(router, 'exit');
    router.kill('SIGTERM');
    await until(() => isRefused(port));
    service.on('asked', (answer: ServerResponse) => answer.end());
    held.end();
    await text((await first)[0]);
    const [second] = await ask();
    expect([second.statusCode, second.headers.connection]).toEqual([200, 'close']);
    second.resume();
    await ended;
  });
});
