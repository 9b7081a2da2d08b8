// What Node could not read as a request was answered in the framework's own form: no problem, and no X-Request-Id.
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { answerClientError } from './client-errors';

describe('a request that cannot be read', () => {
  const fastify = Fastify({ clientErrorHandler: answerClientError });
  beforeAll(() => fastify.listen({ port: 0, host: '127.0.0.1' }));
  afterAll(() => fastify.close());

  async function send(request: string) {
    const socket = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(request);
    const [head, body] = (await text(socket)).split('\r\n\r\n') as [string, string];
    return { head, problem: JSON.parse(body) as { instance: string } };
  }

  it.each([
    ['no method', 'NOTHING / HTTP/1.1\r\nHost: x\r\n\r\n', 400, '/problems/malformed'],
    ['a length that is none', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n', 400, '/problems/malformed'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, '/problems/too-large'],
  ])('is answered as a problem: %s', async (_, request, status, type) => {
    const { head, problem } = await send(request);
    expect(problem).toMatchObject({ type, status });
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('content-type: application/problem+json');
    expect(head).toContain(`x-request-id: ${problem.instance}`);
  });
});
