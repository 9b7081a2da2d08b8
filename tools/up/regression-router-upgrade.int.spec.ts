// Java's HTTP client offers HTTP/2 with every first request. The router took the offer for a WebSocket, passed the head on without the body, and nobody answered.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const root = join(__dirname, '..', '..');

describe('the router and a request that offers to go on in HTTP/2', () => {
  it('passes it on like any other, with its body', async () => {
    const ingest = createServer((heard, response) => void text(heard).then((body) => response.writeHead(202).end(body)));
    await once(ingest.listen(0, '127.0.0.1'), 'listening');
    const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', SERVICE_INGEST_URL: `http://127.0.0.1:${(ingest.address() as AddressInfo).port}` };
    const router = spawn(process.execPath, ['deploy/router/router.mjs'], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(createInterface({ input: router.stdout }), 'line')) as [string];
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    const asked = request({ port: Number(/\d+$/.exec(line)![0]), host: '127.0.0.1', method: 'POST', path: '/v1/interactions', headers }).end('{"a":1}');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect([answer.statusCode, await text(answer)]).toEqual([202, '{"a":1}']);
    const ended = once(router, 'exit');
    router.kill('SIGTERM');
    ingest.close().closeAllConnections();
    await ended;
  });
});
