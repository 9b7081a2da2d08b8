import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(__dirname, '..', '..');
const UPGRADE = 'GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** Asks for a WebSocket and resets the connection before the answer. */
async function askAndReset(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(UPGRADE);
  socket.resetAndDestroy();
  await once(socket, 'close');
}

async function statusOf(port: number, path: string): Promise<number | undefined> {
  const asked = request({ port, host: '127.0.0.1', path }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('the router and a client that resets its connection', () => {
  it('goes on when the reset comes while an upgrade is refused', async () => {
    const router = spawn(process.execPath, ['deploy/router/router.mjs'], { cwd: root, env: { ...process.env, PORT: '0', HOST: '127.0.0.1' }, stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(createInterface({ input: router.stdout }), 'line')) as [string];
    const port = Number(/\d+$/.exec(line)![0]);
    for (let client = 0; client < 20; client += 1) await askAndReset(port);
    expect(await statusOf(port, '/health/live')).toBe(200);
    const ended = once(router, 'exit');
    router.kill('SIGTERM');
    await ended;
  });
});
