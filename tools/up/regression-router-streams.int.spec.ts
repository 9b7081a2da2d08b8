// The router had 512 connections to a service: so many waiting requests, open event streams or slow senders held up everybody else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(__dirname, '..', '..');
const STREAMS = 600;
const PATIENCE_MS = 10_000;

describe('the router, with many event streams open', () => {
  it('passes on what others ask', async () => {
    const service = createServer((asked, answer) => (asked.url!.endsWith('/events') ? answer.writeHead(200).flushHeaders() : answer.end())).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const SERVICE_PROFILE_URL = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const router = spawn(process.execPath, ['deploy/router/router.mjs'], { cwd: root, env: { ...process.env, PORT: '0', HOST: '127.0.0.1', SERVICE_PROFILE_URL }, stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(createInterface({ input: router.stdout }), 'line')) as [string];
    const port = Number(/\d+$/.exec(line)![0]);
    const get = (path: string) => request({ port, host: '127.0.0.1', path, agent: false }).on('error', () => undefined).end();
    const answerTo = async (asked: ClientRequest) => (await once(asked, 'response', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [IncomingMessage];
    try {
      const streams = Array.from({ length: STREAMS }, () => get('/v1/customers/x/events'));
      await Promise.allSettled(streams.map(answerTo));
      const [answer] = await answerTo(get('/v1/customers/x'));
      expect(answer.statusCode).toBe(200);
    } finally {
      router.kill('SIGKILL');
      await once(router, 'exit');
      service.close();
      service.closeAllConnections();
    }
  });
});
