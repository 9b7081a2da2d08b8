// HEAD of what the router answers itself (a load balancer's look at /health/ready) was 404, and none of its own answers had an X-Request-Id.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(__dirname, '..', '..');
/** Nobody listens there. */
const SERVICE_PROFILE_URL = 'http://127.0.0.1:1';

describe("the router's own answers", () => {
  let router: ChildProcess;
  let url: string;

  beforeAll(async () => {
    router = spawn(process.execPath, ['deploy/router/router.mjs'], { cwd: root, env: { ...process.env, PORT: '0', HOST: '127.0.0.1', SERVICE_PROFILE_URL }, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: router.stdout! }), 'line')) as [string];
    url = `http://127.0.0.1:${/\d+$/.exec(line)![0]}`;
  });
  afterAll(async () => {
    const ended = once(router, 'exit');
    router.kill('SIGKILL');
    await ended;
  });

  it('are the same for HEAD as for GET', async () => {
    const answer = await fetch(`${url}/health/live`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it.each([
    ['/health/live', 200],
    ['/nothing', 404],
    ['/v1/customers/x', 503],
  ])('have a request id: %s', async (path, status) => {
    const answer = await fetch(url + path);
    const { instance } = (await answer.json()) as { instance?: string };
    const id = answer.headers.get('x-request-id');
    expect([answer.status, id]).toEqual([status, expect.stringMatching(/^[\w-]{36}$/)]);
    if (status > 200) expect(instance).toBe(id);
  });
});
