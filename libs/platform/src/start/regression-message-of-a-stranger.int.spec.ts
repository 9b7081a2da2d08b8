// What named a tenant that nobody knows, and was refused for another reason than its keys, could not be set aside: its dead letter waited for keys
// that never come. It held up its partition for ever, and an order to redrive held up every order of that service.
import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { Controller } from '@nestjs/common';
import { busMigration, OnGroup, openEmbeddedBus, type EmbeddedBus, type Message } from '@throughline/bus';
import { formatAccepted, RecordSchema, RedriveSchema, rejected, tenantId } from '@throughline/contracts';
import { redriveHandlers } from '../redrive/redrive.handlers';
import type { ServiceDefinition } from '../runtime.contract';
import { startForTest, until, type TestService } from '../testing';

const TENANT = tenantId('spec');
const STRANGER = randomUUID();
const key = Buffer.alloc(16);
const heard: string[] = [];

@Controller()
class SpecHandlers {
  @OnGroup({ topic: 'interactions', group: 'spec' })
  async interactions(batch: readonly Message[]): Promise<void> {
    heard.push(...batch.map(({ topic }) => topic));
  }

  @OnGroup({ topic: 'outbound', group: 'spec-outbound' })
  async outbound(batch: readonly Message[]): Promise<void> {
    if (batch.some(({ headers }) => headers.bad)) throw rejected('undecodable', 'The message is no record.');
    heard.push(...batch.map(({ topic }) => topic));
  }
}

class SpecModule {}
const take = async () => void heard.push('redrives');
const spec: ServiceDefinition = { name: 'spec', module: (runtime) => ({ module: SpecModule, controllers: [SpecHandlers, redriveHandlers('spec', runtime, { take })] }) };

let service: TestService;
let strange: EmbeddedBus;
beforeAll(async () => {
  service = await startForTest(spec);
  await service.publish.tenant({ id: TENANT, name: 'Spec' });
  const database = await service.runtime.database('bus', [busMigration]);
  const unsealed = async () => undefined as never;
  strange = openEmbeddedBus({ database, frames: { seal: unsealed, keep: unsealed, open: unsealed }, log: { warn: () => undefined } });
});
afterAll(async () => {
  await strange?.close();
  await service?.close();
});

const outbound = (tenant: string, headers: Record<string, string>) => ({ key, headers, value: toBinary(RecordSchema, create(RecordSchema, { envelope: { id: randomUUID(), tenant } })) });

async function redrive(tenant: string) {
  const raw = (await service.runtime.vault.forTenant(TENANT)).seal('raw', TENANT, Buffer.from('raw'));
  return { key, value: toBinary(RedriveSchema, create(RedriveSchema, { id: TENANT, tenant, service: 'spec', raw })) };
}

it('a frame without anything in it holds up nobody', async () => {
  await strange.publish('interactions', [{ tenant: STRANGER, key, value: Buffer.from('{}') }]);
  await service.runtime.bus.publish('interactions', [{ tenant: TENANT, key, value: Buffer.from(formatAccepted({ id: 'one', account: 'acc_1', blob: '' })) }]);
  await until(() => heard.includes('interactions'));
});

it('a message that a handler rejects holds up nobody', async () => {
  await service.runtime.bus.publish('outbound', [outbound(STRANGER, { bad: '1' }), outbound(TENANT, {})]);
  await until(() => heard.includes('outbound'));
});

it('an order to redrive holds up nobody', async () => {
  await service.runtime.bus.publish('redrives', [await redrive(STRANGER), await redrive(TENANT)]);
  await until(() => heard.includes('redrives'));
});

it('and no keys are made', async () => {
  expect(await service.runtime.vault.versions(STRANGER, 'hash')).toEqual([]);
});
