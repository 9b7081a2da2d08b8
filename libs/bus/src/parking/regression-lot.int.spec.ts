import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import type { Message } from '../bus.contract';
import { plainFrames } from '../testing/plain-frames';
import { FloodGate } from './flood-gate';
import { ParkedKeys } from './parked-keys';
import type { ParkedChange, Parking } from './parking.contract';
import { ParkingLot } from './parking-lot';
import { parkedPlacesMigration, parkingMigration } from './parking.migration';
import { orderParked } from './parking-orders';

const TENANT = randomUUID();
const tenantOf = ({ key }: Message) => key.toString()[0];
const message = (partition: number, offset: number, key: string, publishedAt = 1_700_000_000_123): Message => ({
  ...{ topic: 'interactions', partition, offset: String(offset), publishedAt, key: Buffer.from(key), value: Buffer.from(`${key}:${offset}@${publishedAt}`), headers: {} },
});
const values = (messages: readonly Message[]) => messages.map(({ value }) => value.toString());

describe('the parking lot', () => {
  let test: TestDatabase;
  beforeAll(async () => void (test = await testDatabase('bus', [parkingMigration('bus'), parkedPlacesMigration])));
  afterAll(() => test.drop());

  function open(more: Partial<Parking> = {}) {
    const parking: Parking = { database: test.database, firstTryMs: 0, ...more };
    const names = { group: randomUUID(), topic: 'interactions' as const, prefix: '', sealer: plainFrames };
    return { lot: new ParkingLot(parking, names), lanes: new ParkingLot(parking, { ...names, laneOf: tenantOf }) };
  }
  const waiting = async (lot: ParkingLot) => (await Promise.all((await lot.due(100)).map((key) => lot.messages(key, 1000)))).flat().map((parked) => parked.message);
  /** The attendant has done all that waits. */
  const pass = async (lot: ParkingLot) => {
    for (const key of await lot.due(100)) await lot.done(key, await lot.messages(key, 1000), undefined);
  };

  // The broker came back without its topics, what waits is in PostgreSQL: the second was taken for the first, and committed.
  it('keeps a message of a topic made anew beside one of the old topic with the same offset', async () => {
    const { lot } = open();
    const keys = new ParkedKeys(lot);
    const [old, fresh] = [message(0, 5, 'k', 1000), message(0, 5, 'k', 2000)];
    await keys.park(new TypeError('ours'), old, []);
    expect(await keys.divert([fresh])).toEqual([fresh]);
    expect(values(await waiting(lot))).toEqual(values([old, fresh]));
  });

  // An order comes at least once: the second time it dropped the next message, about which nobody had decided.
  it('drops one message, however often the order to discard it comes', async () => {
    const changes: ParkedChange[] = [];
    const about = ({ offset }: Message) => ({ tenant: TENANT, subject: offset });
    const { lot } = open({ firstTryMs: 600_000, longestWaitMs: 600_000, about, onChange: async (change) => void changes.push(change) });
    await lot.park(new Error('x'), [message(0, 1, 'k'), message(0, 2, 'k'), message(0, 3, 'k')]);
    await lot.tellChanges();
    const order = { tenant: TENANT, id: changes[0]!.id, discard: true, subject: '1' };
    for (let times = 0; times < 2; times += 1) await orderParked(test.database, order);
    expect((await waiting(lot)).map(({ offset }) => offset)).toEqual(['2', '3']);
  });

  // The late answer to the first batch took away what the second had put there: what followed overtook what waited.
  it('does not forget a lane that ends and is opened again while two batches are in work', async () => {
    const { lanes: lot } = open();
    const gate = new FloodGate(new ParkedKeys(lot), { tenantOf, several: () => true }, () => undefined);
    await gate.divert([message(0, 1, 'A0')], 'A');
    await pass(lot);
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const append = lot.append.bind(lot);
    jest.spyOn(lot, 'append').mockImplementationOnce(async (messages) => {
      const held = await append(messages);
      asked.resolve();
      await answered.promise;
      return held;
    });
    const first = gate.divert([message(0, 2, 'A0')]);
    await asked.promise;
    await gate.divert([message(1, 1, 'A1')], 'A');
    answered.resolve();
    expect(await first).toEqual([]);
    const next = message(1, 2, 'A1');
    expect(await gate.divert([next])).toEqual([next]);
  });

  // It was told from how many lanes there were: one that ended beside one that began was not noticed.
  it('notices that a lane has ended though another is opened beside it', async () => {
    const { lanes: lot } = open();
    const ended = jest.fn();
    const gate = new FloodGate(new ParkedKeys(lot), { tenantOf, several: () => true }, ended);
    await gate.divert([message(0, 1, 'A0')], 'A');
    await pass(lot);
    await Promise.all([gate.divert([message(0, 2, 'A0')]), gate.divert([message(1, 1, 'B1')], 'B')]);
    expect(ended).toHaveBeenCalled();
  });
});
