import type { Position } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { LogDoor } from './log-door';

const PAGES = 10;
const PAGE = 500;

/** A door to a log of ten pages that is in memory. */
function given(): LogDoor {
  const readLog = async (_: unknown, after: Position | undefined) => {
    const from = after ? Number(after.n) + 1 : 1;
    if (from > PAGES * PAGE) return [];
    return Array.from({ length: PAGE }, (__, index) => ({ position: { generation: 1, xid: 1n, n: BigInt(from + index) } }) as StoredEvent);
  };
  const database = { relay: (work: (tx: never) => Promise<unknown>) => work(undefined as never), listen: async () => ({ close: async () => undefined }) };
  return new LogDoor({ database: database as never, store: { readLog, generation: async () => 1 } as never, records: async (events) => events.map(() => ({ value: Buffer.from('x') })) });
}

/** Takes all pages; the door is closed after the first one. */
async function taken(door: LogDoor, follow: boolean): Promise<number> {
  let pages = 0;
  for await (const lines of await door.open(undefined, follow, new AbortController().signal)) {
    if (lines !== '\n') pages += 1;
    if (pages === 1) door.close();
  }
  return pages;
}

// An owner that was told to stop ended its answer like a complete one: the reader went on to the topic, 14 days short of the log.
describe('a log door that is closed in the middle of the log', () => {
  it('does not end like a complete one', async () => {
    await expect(taken(given(), false)).rejects.toMatchObject({ kind: 'unavailable', slug: 'log-door-closing' });
  });

  it('ends for those who follow', async () => expect(await taken(given(), true)).toBeLessThan(PAGES));

  it('ends where the log ends, if it is open', async () => {
    const door = given();
    let pages = 0;
    for await (const _ of await door.open(undefined, false, new AbortController().signal)) pages += 1;
    expect(pages).toBe(PAGES);
  });
});
