import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { BodySchema, RecordSchema, type Interaction, type Record as BusRecord } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import type { Account, DoorRequest } from '../runtime.contract';
import { BusDoor } from './bus-door';
import { INLINE_LIMIT, openBlob, openRecord } from './sealed-body';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const NOW = new Date('2026-02-01T08:00:00Z');

/** A door over stores in memory. */
function door() {
  const stored = new Map<string, Buffer>();
  const blobs: BlobStore = { put: async (_, id, bytes) => void stored.set(id, Buffer.from(bytes)), get: async (_, id) => stored.get(id), delete: async (_, id) => void stored.delete(id), healthy: async () => true };
  const published: OutgoingMessage[][] = [];
  const bus: Pick<Bus, 'publish'> = { publish: async (_, messages) => void published.push([...messages]) };
  const vault = openVault(memoryKeyPort(), () => NOW);
  const opened = new BusDoor({ bus, vault, blobs, directory: { tenant: () => undefined }, clock: () => NOW, version: '1.0.0' });
  const record = (n = 0): BusRecord => fromBinary(RecordSchema, published.flat()[n]!.value);
  return { door: opened, blobs, stored, published, record, vault };
}

const account = { id: 'acc_1', tenant: TENANT, provider: 'generic', channel: 'email', address: '', secrets: {}, settings: {} } as Account;
const request: DoorRequest = { account, provider: 'generic', service: 'spec', mayVouch: () => false };
const interaction = (id: string, more: Partial<Interaction> = {}): Interaction => ({ kind: 'interaction', tuple: [id], type: 'message.received', direction: 'inbound', occurredAt: '2026-01-31T08:15:30Z', identities: [{ namespace: 'email', value: 'Mei@Customer.example' }], ...more });

describe('the door', () => {
  it('publishes what it accepts at once, and tells the outcomes in order', async () => {
    const { door: opened, published } = door();
    const outcomes = await opened.accept(request, [interaction('1'), interaction('2', { identities: [{ namespace: 'email', value: 'x' }] }), interaction('3')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(published.map((messages) => messages.length)).toEqual([2]);
  });

  it('publishes nothing where nothing is accepted', async () => {
    const { door: opened, published } = door();
    await opened.accept(request, [interaction('1', { identities: [] })]);
    expect(published).toEqual([]);
  });

  it('leaves no personal data in what it publishes', async () => {
    const { door: opened, published } = door();
    await opened.accept(request, [interaction('1', { content: { text: 'my secret' }, conversation: 'thread-of-mei', agent: 'agent_7' })]);
    const bytes = Buffer.from(published[0]![0]!.value).toString('latin1').toLowerCase();
    for (const secret of ['mei', 'secret', 'customer.example', 'thread', 'agent_7']) expect(bytes).not.toContain(secret);
  });

  it('marks what may be revised, and passes the trace on', async () => {
    const { door: opened, published } = door();
    await opened.accept({ ...request, trace: '00-1-2-01' }, [interaction('1', { revisable: true })]);
    expect(published[0]![0]!.headers).toEqual({ revisable: '1', traceparent: '00-1-2-01' });
  });

  it('gives the same content the same digest, and another salt', async () => {
    const { door: opened, record } = door();
    await opened.accept(request, [interaction('1'), interaction('1')]);
    expect(record(0).digest).toEqual(record(1).digest);
    expect(record(0).envelope!.commitment).not.toEqual(record(1).envelope!.commitment);
  });

  it('keeps raw input sealed', async () => {
    const { door: opened, blobs, stored, vault } = door();
    const id = await opened.keepRaw(TENANT, Buffer.from('raw mei'));
    expect(stored.get(id)!.includes('mei')).toBe(false);
    expect((await openBlob(await vault.forTenant(TENANT), blobs, id, id)).toString()).toBe('raw mei');
  });
});

describe('a body', () => {
  const text = (bytes: number) => ({ content: { text: 'x'.repeat(bytes) } });

  it.each([
    ['beside its envelope', 1000, 0],
    ['in a blob where it is over 256 KiB', INLINE_LIMIT, 1],
  ])('travels %s', async (_, bytes, blobCount) => {
    const { door: opened, record, blobs, stored, vault } = door();
    await opened.accept(request, [interaction('1', text(bytes))]);
    expect(stored.size).toBe(blobCount);
    const body = await openRecord(await vault.forTenant(TENANT), blobs, record());
    expect([body.content!.text.length, body.identities[0]!.value, body.blob]).toEqual([bytes, 'mei@customer.example', '']);
  });

  it('does not open under another envelope, nor where the envelope commits to another one', async () => {
    const { door: opened, record, blobs, vault } = door();
    await opened.accept(request, [interaction('1'), interaction('2')]);
    const keys = await vault.forTenant(TENANT);
    await expect(openRecord(keys, blobs, { ...record(0), envelope: record(1).envelope })).rejects.toMatchObject({ slug: 'unopenable' });
    const forged = { ...record(0), envelope: { ...record(0).envelope!, commitment: record(1).envelope!.commitment } };
    await expect(openRecord(keys, blobs, forged)).rejects.toMatchObject({ slug: 'unopenable' });
  });

  it('is rejected where its blob is gone', async () => {
    const { door: opened, record, blobs, stored, vault } = door();
    await opened.accept(request, [interaction('1', text(INLINE_LIMIT))]);
    stored.clear();
    await expect(openRecord(await vault.forTenant(TENANT), blobs, record())).rejects.toMatchObject({ kind: 'rejected', slug: 'blob-missing' });
  });

  it('has one encoding, so what is opened can be committed to again', async () => {
    const { door: opened, record, blobs, vault } = door();
    await opened.accept(request, [interaction('1', { providerIds: { b: '2', a: '1' }, data: { z: 1 } })]);
    const body = await openRecord(await vault.forTenant(TENANT), blobs, record());
    expect(toBinary(BodySchema, create(BodySchema, body))).toEqual(toBinary(BodySchema, body));
  });
});
