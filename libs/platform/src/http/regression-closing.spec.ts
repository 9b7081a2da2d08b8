// While a service ended it answered 503 without Retry-After, and not as a problem.
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { refuseWhenClosing } from './refuse-when-closing';

describe('a service that is closing', () => {
  it('refuses what comes on a connection still in use, saying when to come again', async () => {
    const fastify = Fastify({ return503OnClosing: false, forceCloseConnections: 'idle' });
    const arrived = Promise.withResolvers<void>();
    let requests = 0;
    fastify.addHook('onRequest', async () => void (++requests === 2 && arrived.resolve()));
    refuseWhenClosing(fastify);
    const [taken, closing, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    fastify.addHook('preClose', async () => closing.resolve());
    fastify.get('/slow', async () => {
      taken.resolve();
      await finish.promise;
      return 'done';
    });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
    const get = (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    get('/slow');
    await taken.promise;
    const closed = fastify.close();
    await closing.promise;
    get('/slow');
    await arrived.promise;
    finish.resolve();
    await Promise.all([closed, once(socket, 'close')]);
    expect(heard).toMatch(/^HTTP\/1\.1 200 /);
    expect(heard).toMatch(/HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*\/problems\/closing/);
  });
});
