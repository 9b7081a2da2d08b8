import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { parkedPlacesMigration, parkingMigration } from '../parking/parking.migration';
import { busConformance } from '../testing';
import { kafkaBench } from '../testing/kafka-bench';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase('bus', [parkingMigration('bus'), parkedPlacesMigration]);
});
afterAll(() => test.drop());

const open = async () => ({ ...(await kafkaBench()), parking: (more = {}) => ({ database: test.database, firstTryMs: 20, longestWaitMs: 100, ...more }) });

// A member dies with its process: the test of that needs one of its own.
busConformance('kafka', open, { mortal: false });
