import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { interactionId, type AcceptedInteraction, type Interaction } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { readAccepted } from '../accepted/read-accepted';
import type { Account, DoorRequest } from '../runtime.contract';
import { BusDoor } from './bus-door';
import { INLINE_LIMIT, openBlob } from './sealed-body';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const NOW = new Date('2026-02-01T08:00:00Z');

/** A door over stores in memory. */
function door() {
  const stored = new Map<string, Buffer>();
  const blobs: Pick<BlobStore, 'put' | 'get'> = { put: async (_, id, bytes) => void stored.set(id, Buffer.from(bytes)), get: async (_, id) => stored.get(id) };
  const published: OutgoingMessage[][] = [];
  const bus: Pick<Bus, 'publish'> = { publish: async (_, messages) => void published.push([...messages]) };
  const vault = openVault(memoryKeyPort(), () => NOW);
  const opened = new BusDoor({ bus, vault, blobs: blobs as BlobStore, directory: { tenant: () => undefined }, clock: () => NOW, version: '1.0.0' });
  const message = (n = 0) => published.flat()[n]!;
  const accepted = async (n = 0): Promise<AcceptedInteraction> => readAccepted(await vault.forTenant(TENANT), blobs as BlobStore, message(n).value);
  return { door: opened, blobs: blobs as BlobStore, stored, published, message, accepted, vault };
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

  it('names the tenant, whose key seals the frame, and passes the trace on', async () => {
    const { door: opened, message } = door();
    await opened.accept({ ...request, trace: '00-1-2-01' }, [interaction('1')]);
    expect(message()).toMatchObject({ tenant: TENANT, headers: { traceparent: '00-1-2-01' } });
  });

  it('says what it answers for: the id of the tuple, identities in their one form, what it relates to, when it was accepted', async () => {
    const { door: opened, accepted } = door();
    const idOf = (id: string) => interactionId(TENANT, 'acc_1', 'interaction', [id]);
    await opened.accept(request, [interaction('1', { relatesTo: { kind: 'interaction', tuple: ['0'] }, revisable: true })]);
    expect(await accepted()).toMatchObject({ id: idOf('1'), relatesTo: idOf('0'), revisable: true, identities: [{ namespace: 'email', value: 'mei@customer.example', verified: false }], acceptedAt: NOW.getTime() });
    await opened.accept(request, [interaction('2', { relatesTo: { kind: 'interaction', tuple: ['0'] }, relatesToId: 'e1' })]);
    expect(await accepted(1)).toMatchObject({ relatesTo: 'e1' });
  });

  it('has one key for one customer, whichever direction and account, and that of the conversation where she withheld who she is', async () => {
    const { door: opened, published } = door();
    await opened.accept(request, [interaction('1'), interaction('2', { direction: 'outbound' })]);
    await opened.accept({ ...request, account: { ...account, id: 'acc_2' } }, [interaction('3')]);
    await opened.accept(request, [interaction('4', { identities: [], conversation: 'a' }), interaction('5', { identities: [], conversation: 'a' }), interaction('6', { identities: [], conversation: 'b' })]);
    const keys = published.flat().map(({ key }) => Buffer.from(key).toString('hex'));
    expect([new Set(keys.slice(0, 3)).size, new Set(keys.slice(3, 5)).size, new Set(keys).size]).toEqual([1, 1, 3]);
  });

  it("has the account's channel, or the interaction's where the account is open", async () => {
    const { door: opened, accepted } = door();
    await opened.accept(request, [interaction('1')]);
    await opened.accept({ ...request, account: { ...account, channel: '' } }, [interaction('2', { channel: 'sms' })]);
    expect([(await accepted(0)).channel, (await accepted(1)).channel]).toEqual(['email', 'sms']);
  });

  it('replaces what UTF-8 cannot carry', async () => {
    const { door: opened, accepted } = door();
    await opened.accept(request, [interaction('1', { content: { text: 'a\ud83db' }, data: { '\ud83d': ['\ude00'] } })]);
    expect(await accepted()).toMatchObject({ content: { text: 'a\ufffdb' }, data: { '\ufffd': ['\ufffd'] } });
  });

  it('keeps raw input sealed', async () => {
    const { door: opened, blobs, stored, vault } = door();
    const id = await opened.keepRaw(TENANT, Buffer.from('raw mei'));
    expect(stored.get(id)!.includes('mei')).toBe(false);
    expect((await openBlob(await vault.forTenant(TENANT), blobs, id, id)).toString()).toBe('raw mei');
  });
});

describe('an interaction on its way', () => {
  const text = (bytes: number) => ({ content: { text: 'x'.repeat(bytes) } });

  it.each([
    ['in its message', 1000, 0],
    ['in a sealed blob where it is over 256 KiB', INLINE_LIMIT, 1],
  ])('travels %s', async (_, bytes, blobCount) => {
    const { door: opened, accepted, stored } = door();
    await opened.accept(request, [interaction('1', text(bytes))]);
    expect([stored.size, [...stored.values()].some((blob) => blob.includes('xxxx'))]).toEqual([blobCount, false]);
    expect((await accepted()).content!.text).toHaveLength(bytes);
  });

  it('is rejected where its blob is gone, or is that of another', async () => {
    const { door: opened, accepted, stored } = door();
    await opened.accept(request, [interaction('1', text(INLINE_LIMIT)), interaction('2', text(INLINE_LIMIT))]);
    const [first, second] = [...stored.keys()] as [string, string];
    stored.set(first, stored.get(second)!);
    await expect(accepted()).rejects.toMatchObject({ kind: 'rejected', slug: 'unopenable' });
    stored.clear();
    await expect(accepted()).rejects.toMatchObject({ kind: 'rejected', slug: 'blob-missing' });
  });
});
