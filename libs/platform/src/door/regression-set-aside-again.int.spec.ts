import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { openBlobStore } from '@throughline/blob';
import type { OutgoingMessage } from '@throughline/bus';
import { DeadLetterSchema } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { openBlob } from './sealed-body';
import { BusDeadLetters } from './set-aside';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';

describe('large raw input that is set aside again', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'throughline-set-aside-'))));
  afterEach(() => rm(folder, { recursive: true }));

  async function given(start: string) {
    const state = { now: new Date(start) };
    const published: OutgoingMessage[] = [];
    const [vault, blobs] = [openVault(memoryKeyPort(), () => state.now), await openBlobStore(`file:${folder}`)];
    const bus = { publish: async (_: string, messages: readonly OutgoingMessage[]) => void published.push(...messages) };
    const letters = new BusDeadLetters({ bus, vault, blobs, clock: () => state.now });
    const item = { tenant: TENANT, account: 'acc_1', cause: 'unparsable', detail: 'x', service: 'social', raw: Buffer.alloc(300_000, 7), mediaType: 'application/json' };
    const put = async () => {
      await letters.put(item);
      return fromBinary(DeadLetterSchema, published.at(-1)!.value);
    };
    return { state, vault, blobs, item, put };
  }

  // Its blob had the name of the first one, which stayed, sealed under a key that was gone: answered as kept, and lost.
  it('is kept anew once the key of the first time is gone', async () => {
    const { state, vault, blobs, item, put } = await given('2026-01-31T12:00:00Z');
    const first = await put();
    state.now = new Date('2026-05-05T12:00:00Z');
    await vault.destroyExpired();
    const again = await put();
    expect(again.id).toBe(first.id);
    expect((await openBlob(await vault.forTenant(TENANT), blobs, again.rawBlob, again.id)).equals(item.raw)).toBe(true);
  });

  it('is kept once while that key stands', async () => {
    const { put } = await given('2026-01-31T12:00:00Z');
    expect((await put()).rawBlob).toBe((await put()).rawBlob);
  });
});
