import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import type { Message } from '../bus.contract';
import { plainFrames } from '../testing/plain-frames';
import { ParkedKeys } from './parked-keys';
import { ParkingLot } from './parking-lot';
import { parkedPlacesMigration, parkingMigration } from './parking.migration';

const message = (offset: number, key: string): Message => ({
  ...{ topic: 'interactions', partition: 0, offset: String(offset), publishedAt: 1_700_000_000_123, headers: {} },
  ...{ key: Buffer.from(key), value: Buffer.from(`${key}:${offset}`) },
});

/** What the lot is given to park is not durable yet, until it is told to go on. */
function slow(lot: ParkingLot) {
  const [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const park = lot.park.bind(lot);
  jest.spyOn(lot, 'park').mockImplementationOnce(async (...waiting) => {
    asked.resolve();
    await goOn.promise;
    await park(...waiting);
  });
  return { asked: asked.promise, goOn: goOn.resolve };
}

// What followed on a key, or in a lane, overtook what waits.
describe('what one batch parks while another is in work', () => {
  let test: TestDatabase;
  beforeAll(async () => void (test = await testDatabase('bus', [parkingMigration('bus'), parkedPlacesMigration])));
  afterAll(() => test.drop());

  const open = (laneOf?: (message: Message) => string) => {
    const lot = new ParkingLot({ database: test.database }, { group: randomUUID(), topic: 'interactions', prefix: '', sealer: plainFrames, laneOf });
    return { keys: new ParkedKeys(lot), parked: slow(lot) };
  };

  // A lane that ended, or partitions assigned anew, had the keys read before it was durable.
  it('is not forgotten where the keys are read anew', async () => {
    const { keys, parked } = open();
    const parking = keys.park(new TypeError('ours'), message(1, 'k'), []);
    await parked.asked;
    keys.assignedAnew();
    expect(await keys.divert([message(2, 'other')])).toEqual([]);
    parked.goOn();
    await parking;
    const next = message(3, 'k');
    expect(await keys.divert([next])).toEqual([next]);
  });

  // The other batch was told that the lane was not there, and took it for ended.
  it('is not forgotten where the other asks for the same lane', async () => {
    const { keys, parked } = open(() => 'flooding tenant');
    const parking = keys.park(new TypeError('flood'), message(1, 'k'), []);
    await parked.asked;
    expect(await keys.divert([message(2, 'of another partition')])).toEqual([]);
    parked.goOn();
    await parking;
    const next = message(3, 'k');
    expect(await keys.divert([next])).toEqual([next]);
  });
});
