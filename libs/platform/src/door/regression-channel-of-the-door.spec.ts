// A mailbox or a chat whose account is open to several channels took what came in with a 250 and made a dead letter of each: nobody had named a channel.
import type { OutgoingMessage } from '@throughline/bus';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { readAccepted } from '../accepted/read-accepted';
import type { Account } from '../runtime.contract';
import { BusDoor } from './bus-door';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const clock = () => new Date('2026-02-01T08:00:00Z');
const account = { id: 'acc_1', tenant: TENANT, provider: 'smtp', channel: '', address: '', secrets: {}, settings: {} } as Account;
const said = { kind: 'mail', tuple: ['1'], type: 'message.received', direction: 'inbound' as const, occurredAt: '2026-01-31T08:15:30Z', identities: [{ namespace: 'email', value: 'mei@customer.example' }] };

it.each([
  ['', undefined, 'email'],
  ['', 'self-service', 'self-service'],
  ['in-store', undefined, 'in-store'],
])("an interaction has its account's channel, its own, or the door's: %j, %j -> %s", async (ofAccount, own, channel) => {
  const published: OutgoingMessage[] = [];
  const vault = openVault(memoryKeyPort(), clock);
  const blobs = { put: async () => undefined, get: async () => undefined, delete: async () => undefined, healthy: async () => true };
  const bus = { publish: async (_: string, messages: readonly OutgoingMessage[]) => void published.push(...messages) };
  const door = new BusDoor({ bus, vault, blobs, directory: { tenant: () => undefined }, clock, version: '1.0.0' });
  const request = { account: { ...account, channel: ofAccount }, provider: 'smtp', channel: 'email', service: 'email', mayVouch: () => false };
  expect(await door.accept(request, [{ ...said, channel: own }])).toMatchObject([{ status: 'accepted' }]);
  expect((await readAccepted(await vault.forTenant(TENANT), blobs, published[0]!.value)).channel).toBe(channel);
});
