// Java's HTTP client and `curl --http2` offer HTTP/2 with every first request. In a process that has the chat, none of those was answered: its connection was cut.
import { startForTest, type TestService } from '@throughline/platform/testing';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { webChatService } from './web-chat.module';

describe('a request that offers to go on in another protocol', () => {
  let service: TestService;
  beforeAll(async () => void (service = await startForTest(webChatService)));
  afterAll(() => service.close());

  it.each([
    ['GET', '/health/live', 'h2c', 200],
    ['POST', '/v1/interactions', 'h2c', 404],
    ['GET', '/health/live', 'websocket', 200],
  ])('is answered as if it did not: %s %s, %s', async (method, path, upgrade, status) => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade, 'http2-settings': 'AAMAAABkAAQAAP__' };
    const asked = request(service.url + path, { method, headers }).end(method === 'POST' ? '{"a":1}' : undefined);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });
});
