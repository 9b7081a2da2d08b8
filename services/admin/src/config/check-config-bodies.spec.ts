import { create, fromBinary } from '@bufbuild/protobuf';
import { ConfigRecordSchema, EnvelopeSchema, tenantId } from '@throughline/contracts';
import type { SealedEvent } from '@throughline/event-store';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { checkConfigBodies } from './check-config-bodies';
import { configEvent } from './config-event';

const tenant = tenantId('checked');
const port = memoryKeyPort();
const vault = openVault(port, () => new Date(1_767_225_600_000));

async function sealedEvent(): Promise<SealedEvent> {
  const keys = await vault.forTenant(tenant);
  const record = create(ConfigRecordSchema, { version: 1n, value: { case: 'tenant', value: { id: tenant, name: 'A' } } });
  const event = configEvent('tenant.changed', record, { keys, at: 1_767_225_600_000, producerVersion: '0' });
  return { ...event, commitment: fromBinary(EnvelopeSchema, event.envelope).commitment };
}

const verdicts = (...events: SealedEvent[]) => checkConfigBodies(vault)(tenant, events);

describe("opening the bodies of admin's log", () => {
  it('finds one as its envelope commits to it, and names one that is not', async () => {
    const event = await sealedEvent();
    expect(await verdicts(event, { ...event, commitment: Buffer.alloc(32) })).toEqual(['kept', 'other']);
  });

  it('names one whose box was changed, and tells it from one whose key is gone', async () => {
    const event = await sealedEvent();
    const box = Buffer.from(event.box).fill(0, 20, 24);
    expect(await verdicts({ ...event, box }, { ...event, keyId: 'config:9' })).toEqual(['unopenable', 'gone']);
  });
});
