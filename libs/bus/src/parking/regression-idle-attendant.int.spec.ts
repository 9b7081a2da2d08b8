// While nothing was parked every group asked its lot again without a pause, and one process took a core: in SQL greatest(0, NULL) is 0.
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { plainFrames } from '../testing/plain-frames';
import { ParkingLot } from './parking-lot';
import { parkedPlacesMigration, parkingMigration } from './parking.migration';

describe('an empty parking lot', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase('bus', [parkingMigration('bus'), parkedPlacesMigration]);
  });
  afterAll(() => test.drop());

  it('names no time at which the next key is due', async () => {
    const lot = new ParkingLot({ database: test.database }, { group: 'idle', topic: 'interactions', prefix: '', sealer: plainFrames });
    expect(await lot.nextDueMs()).toBeUndefined();
    await lot.park(new Error('x'), [{ topic: 'interactions', partition: 0, offset: '1', publishedAt: 0, key: Buffer.from('k'), value: Buffer.from('v'), headers: {} }]);
    expect(await lot.nextDueMs()).toEqual(expect.any(Number));
  });
});
