// The same bytes at two accounts of a tenant, or rejected by two services, were one dead letter, of whoever came first: a redrive gave the other's back to nobody.
import { fromBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import { DeadLetterSchema, type DeadLetter } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import type { SetAside } from '../runtime.contract';
import { BusDeadLetters, type DeadLetterParts } from './set-aside';

const ITEM: SetAside = {
  tenant: '7b0c1d9e-5a51-5a7e-9a55-0123456789ab',
  account: 'acc_1',
  cause: 'unparsable',
  detail: 'not JSON',
  service: 'social',
  raw: Buffer.from('{'),
  mediaType: 'application/json',
};

async function lettersOf(...items: SetAside[]): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  const bus: DeadLetterParts['bus'] = { publish: async (_, messages) => void letters.push(...messages.map(({ value }) => fromBinary(DeadLetterSchema, value))) };
  const clock = () => new Date('2026-01-31T12:00:00Z');
  const deadLetters = new BusDeadLetters({ bus, vault: openVault(memoryKeyPort(), clock), blobs: {} as BlobStore, clock });
  for (const item of items) await deadLetters.put(item);
  return letters;
}

const idsOf = async (...items: SetAside[]) => new Set((await lettersOf(...items)).map(({ id }) => id)).size;

describe('the same bytes, set aside twice', () => {
  it('are one dead letter at one account', async () => expect(await idsOf(ITEM, ITEM)).toBe(1));
  it('are two at two accounts', async () => expect(await idsOf(ITEM, { ...ITEM, account: 'acc_2' })).toBe(2));
  it('are two where two services set them aside', async () => expect(await idsOf(ITEM, { ...ITEM, service: 'profile' })).toBe(2));
});
