// Who sent a body that is too large was cut off before the answer: he saw a broken connection, and who came through the router a 503 with Retry-After, for ever.
import { Module } from '@nestjs/common';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { startForTest, type TestService } from '../testing';

const tooMuch = Buffer.alloc(24 * 1024 * 1024);

@Module({})
class SpecModule {}

describe('a service and a body that is too large', () => {
  let service: TestService;
  const agent = new Agent({ keepAlive: true });
  beforeAll(async () => void (service = await startForTest({ name: 'spec', module: () => ({ module: SpecModule }) })));
  afterAll(async () => {
    agent.destroy();
    await service.close();
  });

  const statusOf = async (headers: Record<string, string | number>) => {
    const sending = request(`${service.url}/v1/interactions`, { method: 'POST', agent, headers });
    sending.end(tooMuch);
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode;
  };

  it.each([
    ['of a length it says', { 'content-length': tooMuch.length }],
    ['of unknown length', { 'transfer-encoding': 'chunked' }],
    ['on a connection that ends with it', { 'content-length': tooMuch.length, connection: 'close' }],
  ])('refuses one %s so that it is heard', async (_, headers) => {
    for (let time = 0; time < 5; time += 1) expect(await statusOf(headers)).toBe(413);
  });
});
