// A caller who hung up in the middle of a body was told of as an error of our own, with its stack, and counted as an answer of 500.
import { connect, type AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { isExpected, toProblem } from './problem';

it('a caller who hangs up before the end of the body has not sent a whole request', async () => {
  const fastify = Fastify();
  const failed = Promise.withResolvers<unknown>();
  fastify.setErrorHandler(async (error) => failed.resolve(error));
  const begun = Promise.withResolvers<void>();
  fastify.addHook('preParsing', async () => begun.resolve());
  fastify.post('/', async () => 'whole');
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"id":');
  await begun.promise;
  socket.destroy();
  const error = await failed.promise;
  await fastify.close();
  expect(isExpected(error)).toBe(true);
  expect(toProblem(error)).toMatchObject({ type: '/problems/malformed', status: 400 });
});

it('a connection of our own that is reset is an error of our own', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  expect([isExpected(reset), toProblem(reset).status]).toEqual([false, 500]);
});
