import fc from 'fast-check';
import type { Position } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { StoredEvent } from './event-store.contract';
import { RecalledPages } from './recalled-pages';

const event = (n: number): StoredEvent => ({
  ...{ position: { generation: 1, xid: 1n, n: BigInt(n) }, tenant: 't', stream: 's', version: n + 1, id: String(n), type: 'a.b', occurredAt: 0, recordedAt: 0 },
  ...{ key: Buffer.of(1), envelope: Buffer.alloc(10, n), digest: Buffer.of(1), keyId: 'k', box: Buffer.alloc(90, n) },
});
const tx = {} as Tx;

/** A log of so many events, which counts how it is read. */
function logOf(length: number) {
  const events = Array.from({ length }, (_, n) => event(n));
  const reads = { whole: 0, places: 0 };
  const page = (after: Position | undefined, limit: number) => events.slice(after ? Number(after.n) + 1 : 0).slice(0, limit);
  const readLog = async (_tx: Tx, after: Position | undefined, limit: number) => (reads.whole++, page(after, limit));
  const readPlaces = async (_tx: Tx, after: Position | undefined, limit: number) => (reads.places++, page(after, limit).map(({ position, envelope }) => ({ position, envelope })));
  return { events, reads, store: { readLog, readPlaces } };
}

async function readAll(pages: RecalledPages, limit: number, maxBytes: number): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const page = await pages.read(tx, all.at(-1)?.position, limit, maxBytes);
    if (page.length === 0) return all;
    all.push(...page);
  }
}

describe('pages of the log that are remembered', () => {
  it('hold every event once and in order, whichever are remembered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 500 }), async (known, limit, maxBytes) => {
        const { events, store } = logOf(known.length);
        const pages = new RecalledPages(store, ({ position }) => (known[Number(position.n)] ? events[Number(position.n)] : undefined));
        expect((await readAll(pages, limit, maxBytes)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      }),
    );
  });

  it('are not read whole', async () => {
    const { events, reads, store } = logOf(10);
    await readAll(new RecalledPages(store, ({ position }) => events[Number(position.n)]), 4, 1_000_000);
    expect(reads).toEqual({ whole: 0, places: 4 });
  });

  it('hold no more bytes than are wanted, but one event at least', async () => {
    const { events, store } = logOf(4);
    const pages = new RecalledPages(store, ({ position }) => events[Number(position.n)]);
    expect((await pages.read(tx, undefined, 4, 250)).length).toBe(2);
    expect((await pages.read(tx, undefined, 4, 1)).length).toBe(1);
  });

  it('are read whole for a while where another process appends', async () => {
    const { reads, store } = logOf(30);
    await readAll(new RecalledPages(store, () => undefined), 1, 1_000_000);
    expect(reads).toEqual({ whole: 31, places: 2 });
  });
});
