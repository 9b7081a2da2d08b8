import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { openDatabase } from './open-database';
import { testDatabase, type TestDatabase } from './testing';

let test: TestDatabase;
beforeAll(async () => void (test = await testDatabase('silent', [])));
afterAll(() => test.drop());

/** A way to the server that can fall silent: what comes is taken, and nothing goes on. */
async function proxyTo(port: number) {
  const state = { silent: false };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on('error', () => undefined).on('data', (bytes) => state.silent || to.write(bytes));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => (sockets.forEach((socket) => socket.destroy()), server.close());
  return { state, close, port: (server.address() as AddressInfo).port };
}

/** A database behind a way that can fall silent. */
async function behindProxy() {
  const proxy = await proxyTo(Number(new URL(test.url).port));
  const url = Object.assign(new URL(test.url), { hostname: '127.0.0.1', port: String(proxy.port) });
  return { proxy, database: openDatabase({ url: url.href, service: 'silent', statementTimeoutMs: 300, transactionTimeoutMs: 300 }) };
}

// Its time-outs were all the server's own: one whose host had lost power held a transaction, and its connection, for hours.
it('a transaction ends though the server has taken a statement and says no more', async () => {
  const { proxy, database } = await behindProxy();
  await database.system((tx) => tx.query('SELECT 1'));
  proxy.state.silent = true;
  await expect(database.writer([randomUUID()], (tx) => tx.query('SELECT 1'))).rejects.toMatchObject({ slug: 'database-unavailable' });
  proxy.close();
  await database.close();
});

// Its session had no time-out at all: whoever wanted to hear of something new waited for hours, and with him all who came after.
it('nobody waits for ever to listen, and what was heard before is heard again once the server is back', async () => {
  const { proxy, database } = await behindProxy();
  const woken = Promise.withResolvers<void>();
  await database.listen('first', () => woken.resolve());
  proxy.state.silent = true;
  await expect(database.listen('second', () => undefined)).rejects.toMatchObject({ slug: 'database-unavailable' });
  proxy.state.silent = false;
  await woken.promise;
  await database.close();
  proxy.close();
}, 20_000);
