// The race of a parked key: readers that come and go beside those who try parked keys again, all on one real database.
import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import fc from 'fast-check';
import type { GroupOptions, Message } from '../bus.contract';
import { silent } from '../bus-log';
import { plainFrames } from '../testing/plain-frames';
import { work } from '../work';
import { Attendant } from './attendant';
import { ParkedKeys } from './parked-keys';
import type { ParkedChange, Parking } from './parking.contract';
import { ParkingLot } from './parking-lot';
import { parkedPlacesMigration, parkingMigration } from './parking.migration';
import { orderParked } from './parking-orders';

const TENANT = '0f0e0d0c-0000-4000-8000-000000000001';
const OTHER = '0f0e0d0c-0000-4000-8000-000000000002';

const message = (offset: number, key: string, value = `${key}:${offset}`): Message => ({
  ...{ topic: 'interactions', partition: 0, offset: String(offset), publishedAt: 1_700_000_000_123 },
  ...{ key: Buffer.from(key), value: Buffer.from(value), headers: { traceparent: 'x' } },
});

describe('a parking lot', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase('bus', [parkingMigration('bus'), parkedPlacesMigration]);
  });
  afterAll(() => test.drop());

  const open = (more: Partial<Parking> = {}) => {
    const group = randomUUID();
    const parking: Parking = { database: test.database, firstTryMs: 1, longestWaitMs: 3, ...more };
    return { group, parking, lot: new ParkingLot(parking, { group, topic: 'interactions', prefix: '', sealer: plainFrames }) };
  };
  const waiting = async (lot: ParkingLot) => {
    const due = await lot.due(100);
    return (await Promise.all(due.map((key) => lot.messages(key, 1000)))).flat().map(({ message: { value } }) => value.toString());
  };

  it('gives messages back as they were', async () => {
    const { lot } = open({ firstTryMs: 0 });
    const odd = { ...message(7, 'k'), nth: 3, headers: { nul: '\0', half: '\uD800' } };
    await lot.park(new Error('x'), [odd]);
    const [key] = await lot.due(1);
    const [parked] = await lot.messages(key!, 10);
    expect(parked!.message).toEqual({ ...odd, parked: true });
  });

  it('keeps a message once that comes twice', async () => {
    const { lot } = open({ firstTryMs: 0 });
    await lot.park(new Error('x'), [message(1, 'k'), message(2, 'k')]);
    await lot.park(new Error('x'), [message(1, 'k'), message(2, 'k')]);
    expect(await lot.append([message(2, 'k'), message(3, 'k'), message(4, 'live')])).toEqual([Buffer.from('k')]);
    expect(await waiting(lot)).toEqual(['k:1', 'k:2', 'k:3']);
  });

  it('takes nothing more of a key that is being ended, and makes whoever adds wait for it', async () => {
    const { lot } = open({ firstTryMs: 0 });
    await lot.park(new Error('x'), [message(1, 'k')]);
    const [key] = await lot.due(1);
    const parked = await lot.messages(key!, 10);
    const [, held] = await Promise.all([lot.done(key!, parked, undefined), lot.append([message(2, 'k')])]);
    // Either it came first and waits, or the key was live by then: never both, never neither.
    expect(await waiting(lot)).toEqual(held.length ? ['k:2'] : []);
  });

  it('shows a tenant its own alone', async () => {
    const about = ({ key }: Message) => ({ tenant: key.toString() === 'mine' ? TENANT : OTHER, subject: 's' });
    const { lot } = open({ about });
    await lot.park(new Error('x'), [message(1, 'mine')]);
    await lot.park(new Error('x'), [message(2, 'theirs')]);
    const seen = (tenant: string) => test.database.reader(tenant, async (tx) => (await tx.query<{ value: Buffer }>('SELECT value FROM parked_message WHERE subject = $1', ['s'])).rows.map(({ value }) => value.toString()));
    expect([await seen(TENANT), await seen(OTHER), await seen(randomUUID())]).toEqual([[expect.stringContaining('mine:1')], [expect.stringContaining('theirs:2')], []]);
  });

  it('drops the head, or has it tried at once, for its own tenant alone', async () => {
    const changes: ParkedChange[] = [];
    const { lot } = open({ firstTryMs: 600_000, longestWaitMs: 600_000, about: () => ({ tenant: TENANT }), onChange: async (change) => void changes.push(change) });
    await lot.park(new Error('x'), [message(1, 'k'), message(2, 'k')]);
    await lot.tellChanges();
    const { id } = changes[0]!;
    await orderParked(test.database, { tenant: OTHER, id, discard: true, subject: '' });
    expect(await lot.due(1)).toEqual([]);
    await orderParked(test.database, { tenant: TENANT, id, discard: true, subject: '' });
    expect(await waiting(lot)).toEqual(['k:2']);
  });

  it('tells again what was not told', async () => {
    const told: ParkedChange[] = [];
    let away = true;
    const onChange = async (change: ParkedChange) => {
      if (away) throw new Error('away');
      told.push(change);
    };
    const { lot } = open({ onChange });
    await lot.park(new Error('x'), [message(1, 'k')]);
    await expect(lot.tellChanges()).rejects.toThrow('away');
    away = false;
    await lot.tellChanges();
    await lot.tellChanges();
    expect(told).toMatchObject([{ state: 'parked', attempts: 1 }]);
  });

  it('keeps every key in the order published and loses nothing, whoever dies, lags behind or runs twice', async () => {
    const plan = fc.record({
      keys: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 60 }),
      // Of a message: how often it fails before it passes.
      faults: fc.array(fc.integer({ min: 0, max: 9 }).map((n) => Math.max(0, n - 5)), { minLength: 60, maxLength: 60 }),
      batch: fc.integer({ min: 1, max: 7 }),
      // After so many batches a reader dies, or is replaced while it works.
      lives: fc.array(fc.record({ batches: fc.integer({ min: 1, max: 5 }), zombie: fc.boolean() }), { maxLength: 5 }),
    });
    await fc.assert(fc.asyncProperty(plan, (one) => runs(one)), { numRuns: 20 });
  }, 180_000);

  interface Plan {
    keys: number[];
    faults: number[];
    batch: number;
    lives: { batches: number; zombie: boolean }[];
  }

  async function runs({ keys, faults, batch, lives }: Plan): Promise<void> {
    const { group, parking, lot } = open();
    const log = keys.map((key, offset) => message(offset, `key${key}`));
    const left = new Map(log.map(({ offset }, index) => [offset, faults[index]!]));
    const effects: string[] = [];
    const handle = async (messages: readonly Message[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const { offset } of messages) {
        const faultsLeft = left.get(offset)!;
        if (faultsLeft === 0) continue;
        left.set(offset, faultsLeft - 1);
        throw new TypeError('not yet');
      }
      // Idempotent, as handlers are: the first time counts.
      for (const { value } of messages) if (!effects.includes(value.toString())) effects.push(value.toString());
    };
    const options: GroupOptions = { topic: 'interactions', group, handle, onRejected: () => Promise.reject(new Error('none is')), maxBatch: batch, parking };
    const attendants = ['one', 'two'].map((name) => new Attendant({ lot, options, log: silent, name: `${name} ${group}` }).start());
    const place = { committed: 0, owner: 0 };
    /** One member: works from what is committed; commits only while it owns the partition. */
    const member = async (batches: number) => {
      const mine = (place.owner += 1);
      const parked = new ParkedKeys(lot);
      for (let at = place.committed, n = 0; at < log.length && n < batches; at += batch, n += 1) {
        const settled = new Set<Message>();
        const slice = log.slice(at, at + batch);
        const error = await work(slice, { handle, onRejected: options.onRejected, parked, quickMs: [] }, settled);
        if (error) throw error;
        if (place.owner === mine) place.committed = at + slice.length;
      }
    };
    const zombies: Promise<void>[] = [];
    for (const { batches, zombie } of lives) {
      if (zombie) zombies.push(member(batches));
      // Dead after its work and before its commit.
      else await member(batches).then(() => (place.committed = Math.max(0, place.committed - batch)));
    }
    await member(Infinity);
    await Promise.all(zombies);
    while ((await lot.keys()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(attendants.map((attendant) => attendant.close()));
    expect(effects).toHaveLength(log.length);
    for (const key of new Set(keys)) {
      const own = (texts: string[]) => texts.filter((text) => text.startsWith(`key${key}:`));
      expect(own(effects)).toEqual(own(log.map(({ value }) => value.toString())));
    }
  }
});
