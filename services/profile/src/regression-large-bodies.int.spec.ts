import { randomUUID } from 'node:crypto';
import type { BlobStore } from '@throughline/blob';
import { formatAccepted, parseAccepted } from '@throughline/contracts';
import { putSealed } from '@throughline/platform';
import { BodyStore } from './body-store';
import { InteractionsHandlers } from './interactions.handlers';
import { Intake } from './intake';
import { Relay } from './relay';
import { idOf } from './testing/interaction-message';
import { NOBODY_WAITS, ProfileBench, TENANT } from './testing/profile-bench';

// A batch of 500 messages, a page of 200 items: each body may have 4 MiB. All of them at once ended the process, and after
// its restart the same batch did again.

const COUNT = 20;
const MIB = 1024 * 1024;
const T0 = Date.parse('2026-01-31T08:00:00.000Z');
const said = Array.from({ length: COUNT }, (_, n) => ({ id: `large-${n}`, at: T0 + n, text: String.fromCharCode(97 + n).repeat(2 * MIB) }));

let bench: ProfileBench;
beforeEach(async () => (bench = await ProfileBench.open()));
afterEach(() => bench.close());

/** The bench's messages with their bodies in the blob store, as a door leaves large ones. */
async function inBlobs() {
  const keys = await bench.vault.forTenant(TENANT);
  return Promise.all(
    (await bench.messages(said)).map(async (message) => {
      const { id, account } = parseAccepted(message.value)!;
      const blob = randomUUID();
      await putSealed(keys, bench.blobs, { blob, id, purpose: 'epoch' }, message.value);
      return { ...message, value: Buffer.from(formatAccepted({ id, account, blob })) };
    }),
  );
}

/** The blob store, telling what is asked of it. */
const told = (tell: (what: 'get' | 'put') => void): BlobStore => ({
  ...bench.blobs,
  get: (tenant, id) => (tell('get'), bench.blobs.get(tenant, id)),
  put: (tenant, id, bytes) => (tell('put'), bench.blobs.put(tenant, id, bytes)),
});

const shown = (items: readonly { id: string }[]) => items.map(({ id }) => said.findIndex((one) => idOf(TENANT, one) === id));
const all = said.map((_, n) => n);

describe('many large bodies', () => {
  it('are taken in a few at a time, in their order', async () => {
    let opened = 0;
    const openedBefore: number[] = [];
    const database = { writer: bench.db.database.writer.bind(bench.db.database), notify: () => undefined };
    const writer: typeof database.writer = (tenants, work) => (openedBefore.push(opened), (opened = 0), database.writer(tenants, work));
    const runtime = { vault: bench.vault, blobs: told((what) => void (opened += what === 'get' ? 1 : 0)), deadLetters: { put: async () => '' } };
    await new InteractionsHandlers(runtime, new Intake({ ...database, writer }, bench.store, bench.ledger, NOBODY_WAITS)).take(await inBlobs());
    expect(Math.max(...openedBefore)).toBeLessThanOrEqual(8);
    expect(openedBefore.reduce((sum, count) => sum + count)).toBe(COUNT);
    expect((await bench.readLog()).map(({ id }) => id)).toEqual(said.map((one) => idOf(TENANT, one)));
  });

  it('are published one after the other', async () => {
    await bench.post(...said);
    const steps: string[] = [];
    const blobs = told((what) => void steps.push(what));
    await new Relay({ database: bench.db.database, vault: bench.vault, bus: bench.bus, traits: bench.traits, bodies: new BodyStore(blobs), recent: bench.recent, blobs }).publish(await bench.readLog());
    expect(steps).toEqual(said.flatMap(() => ['get', 'put']));
    expect(bench.published).toHaveLength(COUNT);
  });

  it('fill a page before its limit, and none is left out on the way forth and back', async () => {
    await bench.post(...said);
    const { customerId } = (await bench.customer('phone:+14155550100'))!;
    const forth: number[][] = [];
    let page = await bench.timeline(customerId, { order: 'asc', limit: 200 });
    for (forth.push(shown(page.items)); page.next; forth.push(shown(page.items))) page = await bench.timeline(customerId, { cursor: page.next, limit: 200 });
    expect([forth.flat(), Math.max(...forth.map(({ length }) => length))]).toEqual([all, 7]);
    const back: number[][] = [shown(page.items)];
    for (; page.previous; back.unshift(shown(page.items))) page = await bench.timeline(customerId, { cursor: page.previous, limit: 200 });
    expect(back.flat()).toEqual(all);
  });
});
