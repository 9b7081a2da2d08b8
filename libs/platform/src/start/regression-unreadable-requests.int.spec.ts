// What no route ever saw was answered in the framework's words: an address that cannot be read was repeated, a request that cannot be was no problem document.
import { Module } from '@nestjs/common';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { startForTest, type TestService } from '../testing';

@Module({})
class SpecModule {}

describe('a service and a request it cannot read', () => {
  let service: TestService;
  beforeAll(async () => void (service = await startForTest({ name: 'spec', module: () => ({ module: SpecModule }) })));
  afterAll(() => service.close());

  it('does not repeat its address', async () => {
    const answer = await service.app.inject({ url: '/v1/customers/mei@customer.example%zz' });
    expect([answer.statusCode, answer.json<{ type: string }>().type]).toEqual([400, '/problems/malformed']);
    expect(answer.body).not.toContain('mei@');
  });

  it('answers with a problem', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write('NOTHING / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*content-type: application\/problem\+json[\s\S]*x-request-id: [\s\S]*"\/problems\/malformed"/);
  });
});
