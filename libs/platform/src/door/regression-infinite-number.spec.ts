import type { OutgoingMessage } from '@throughline/bus';
import type { Interaction } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import type { Account, DoorRequest } from '../runtime.contract';
import { BusDoor } from './bus-door';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const NOW = new Date('2026-02-01T08:00:00Z');

function door() {
  const blobs = { put: async () => undefined, get: async () => undefined, delete: async () => undefined, healthy: async () => true };
  const published: OutgoingMessage[] = [];
  const bus = { publish: async (_: string, messages: readonly OutgoingMessage[]) => void published.push(...messages) };
  const opened = new BusDoor({ bus, vault: openVault(memoryKeyPort(), () => NOW), blobs, directory: { tenant: () => undefined }, clock: () => NOW, version: '1.0.0' });
  return { door: opened, published };
}

const account = { id: 'acc_1', tenant: TENANT, provider: 'generic', channel: 'email', address: '', secrets: {}, settings: {} } as Account;
const request: DoorRequest = { account, provider: 'generic', service: 'spec', mayVouch: () => false };
const interaction = (id: string, data: string): Interaction => ({
  ...{ kind: 'interaction', tuple: [id], type: 'thing.happened', direction: 'inbound', occurredAt: '2026-01-31T08:15:30Z' },
  ...{ identities: [{ namespace: 'email', value: 'mei@customer.example' }], data: JSON.parse(data) as Record<string, unknown> },
});

describe('a number that JSON can say and not keep', () => {
  it.each(['{"score":1e999}', '{"deep":{"scores":[1,-1e999]}}'])('is refused alone, and its neighbours are taken: %s', async (data) => {
    const { door: opened, published } = door();
    const outcomes = await opened.accept(request, [interaction('1', '{"score":1e308}'), interaction('2', data), interaction('3', '{}')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(outcomes[1]).toMatchObject({ errors: [{ pointer: '/data', code: 'number' }] });
    expect(published).toHaveLength(2);
  });
});
