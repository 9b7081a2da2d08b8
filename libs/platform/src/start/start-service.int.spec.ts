import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module, Post, Body } from '@nestjs/common';
import { IsString } from 'class-validator';
import { fromBinary } from '@bufbuild/protobuf';
import { OnGroup, type Message } from '@throughline/bus';
import { DeadLetterSchema, formatAccepted, parseAccepted, rejected, tenantId, type DeadLetter } from '@throughline/contracts';
import { testDatabase } from '@throughline/postgres/testing';
import pino from 'pino';
import { Operator, Public } from '../auth/access';
import { RawBody } from '../http/raw-body';
import type { ServiceDefinition } from '../runtime.contract';
import { startForTest, testConfig, until, type TestService } from '../testing';
import { openLog } from '../telemetry/log';
import { startService } from './start-service';

class Said {
  @IsString()
  word!: string;
}

@Public()
@Controller('spec')
class SpecController {
  @Get('fails')
  fails(): never {
    throw new Error('duplicate key (email)=(a@b.example)');
  }

  @Post('raw')
  @RawBody()
  raw(@Body() body: Buffer) {
    return { bytes: body.toString('hex') };
  }

  @Post('json')
  json(@Body() body: Said) {
    return body;
  }

  @Operator()
  @Get('operator')
  operator() {
    return {};
  }
}

const heard: string[] = [];

@Controller()
class SpecHandlers {
  @OnGroup({ topic: 'interactions', group: 'spec' })
  async work(batch: readonly Message[]): Promise<void> {
    if (batch.some(({ headers }) => headers.bad)) throw rejected('conflict', 'Another content under the same id.');
    heard.push(...batch.map(({ value }) => parseAccepted(value)!.id));
  }
}

@Module({ controllers: [SpecController, SpecHandlers] })
class SpecModule {}
const spec: ServiceDefinition = { name: 'spec', module: () => ({ module: SpecModule }) };

describe('a running service', () => {
  let service: TestService;
  const logged: string[] = [];
  beforeAll(async () => {
    const log = openLog('spec', 'info', { write: (line) => void logged.push(line) });
    service = await startForTest(spec, { operatorToken: 'operator-token-0123456789' }, { log });
  });
  afterAll(() => service?.close());

  const post = (path: string, body: string, type: string) => fetch(`${service.url}${path}`, { method: 'POST', body, headers: { 'content-type': type } });

  it('says that it lives, has started and is ready', async () => {
    for (const path of ['live', 'startup', 'ready']) expect((await fetch(`${service.url}/health/${path}`)).status).toBe(200);
  });

  it('is not ready while a part is away, and lives all the same', async () => {
    jest.spyOn(service.runtime.bus, 'healthy').mockResolvedValueOnce(false);
    const ready = await fetch(`${service.url}/health/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'unavailable', parts: { bus: false, database: true } }]);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  });

  it('hands raw bytes to whoever asks, whatever their type', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'application/json', 'audio/wav']) {
      expect(await (await post('/spec/raw', '{"a" : 1}', type)).json()).toEqual({ bytes: Buffer.from('{"a" : 1}').toString('hex') });
    }
  });

  it('checks bodies against their class, and points at what is wrong', async () => {
    const answer = await post('/spec/json', '{"word":7,"more":1}', 'application/json');
    expect([answer.status, await answer.json()]).toMatchObject([400, { type: '/problems/malformed', errors: [{ pointer: '/more', code: 'whitelistValidation' }, { pointer: '/word', code: 'isString' }] }]);
  });

  it('tells nothing of a surprise but the request id', async () => {
    const answer = await fetch(`${service.url}/spec/fails`, { headers: { 'x-request-id': 'given-by-caller' } });
    expect(await answer.json()).toEqual({ type: '/problems/internal', title: 'Internal error', status: 500, instance: 'given-by-caller' });
    expect(answer.headers.get('x-request-id')).toBe('given-by-caller');
    expect(logged.filter((line) => line.includes('request failed'))).toEqual([expect.stringContaining('"requestId":"given-by-caller"')]);
  });

  it.each(['/v1/%zz', '/nope', '/spec/json/'])('answers a problem at an address that is none: %s', async (path) => {
    const answer = await fetch(service.url + path);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: answer.status, instance: answer.headers.get('x-request-id') });
  });

  it('hands the bus to its handlers, and what they reject to the dead letters', async () => {
    const tenant = tenantId('spec');
    await service.publish.tenant({ id: tenant, name: 'Spec' });
    const message = (id: string, headers: Record<string, string> = {}) => ({ tenant, key: Buffer.alloc(16), value: Buffer.from(formatAccepted({ id, account: 'acc_1', blob: '' })), headers });
    const letters: DeadLetter[] = [];
    await service.runtime.bus.broadcast({ topic: 'dead-letters', handle: async (batch) => void letters.push(...batch.map(({ value }) => fromBinary(DeadLetterSchema, value))) });
    await service.runtime.bus.publish('interactions', [message('one'), message('two', { bad: '1' }), message('three')]);
    await until(() => heard.includes('three') && letters.length > 0);
    expect(heard).toEqual(['one', 'three']);
    expect(letters).toMatchObject([{ tenant, cause: 'conflict', interaction: 'two', service: 'spec' }]);
  });

  it('forbids browsers to guess what an answer is', async () => {
    expect((await fetch(`${service.url}/health/live`)).headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('tells its start in one line', () => {
    expect(logged.filter((line) => line.includes('"level":"info"'))).toEqual([expect.stringContaining('"msg":"listening"')]);
  });

  it('counts its requests by route, not by address', async () => {
    await fetch(`${service.url}/v1/customers?identity=email:a@b.example`);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('http_server_request_duration_seconds_count{method="GET",route="/spec/fails",status="500"');
    expect(metrics).not.toContain('a@b.example');
  });

  it('serves its reference to everybody', async () => {
    expect(await (await fetch(`${service.url}/openapi.json`)).json()).toMatchObject({ openapi: '3.1.0', paths: { '/spec/json': {} } });
    expect((await fetch(`${service.url}/docs`)).status).toBe(200);
  });

  it('opens the operator\'s doors to the operator only', async () => {
    const status = async (token: string) => (await fetch(`${service.url}/spec/operator`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await status('operator-token-0123456789'), await status('operator-token-0123456780')]).toEqual([200, 401]);
  });
});

describe('a service whose database is not there yet', () => {
  let door: Server;
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'throughline-start-'));
  });
  afterEach(async () => {
    door.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('waits for it, says so, and starts when it comes', async () => {
    const { adminUrl, drop } = await testDatabase('bus', []);
    const [port, databasePort] = [await freePort(), await freePort()];
    const url = new URL(adminUrl);
    door = forwarder(Number(url.port), url.hostname);
    url.host = `127.0.0.1:${databasePort}`;
    const log = pino({ level: 'silent' });
    const starting = startService(spec, { config: testConfig(dataDir, { port }), adminUrl: url.href, servicePassword: 'throughline-test', log, ownsProcess: false, onClose: drop });
    const status = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.status, () => 0);
    await until(async () => (await status('/health/startup')) === 503);
    expect([await status('/health/live'), await status('/v1/interactions')]).toEqual([200, 503]);
    door.listen(databasePort, '127.0.0.1');
    const service = await starting;
    expect([await status('/health/startup'), await status('/health/ready')]).toEqual([200, 200]);
    await Promise.all([service.close(), service.close()]);
    expect(await status('/health/live')).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Passes connections on to the real server. */
const forwarder = (port: number, host: string) =>
  createServer((socket) => {
    const target = connect(port, host);
    socket.on('error', () => target.destroy());
    target.on('error', () => socket.destroy());
    socket.pipe(target).pipe(socket);
  });
