import { createServer, type ServerResponse } from 'node:http';
import type { RuntimeConfig } from '../runtime.contract';

/** Answers while the service still waits for what it leans on: alive, not started, and 503 for everything else. */
export async function openWaitingDoor({ port, host }: Pick<RuntimeConfig, 'port' | 'host'>): Promise<() => Promise<void>> {
  const server = createServer((request, response) => (request.url === '/health/live' ? alive(response) : starting(response)));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

const alive = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');

const starting = (response: ServerResponse) =>
  response
    .writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1', connection: 'close' })
    .end(JSON.stringify({ type: '/problems/starting', title: 'Unavailable', status: 503, detail: 'The service is starting.' }));
