import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import type { BatchHandler, Message } from '../bus.contract';
import { busMigration } from '../embedded/bus.migration';
import { openEmbeddedBus, type EmbeddedBus } from '../embedded/embedded-bus';
import { groupOf, text, texts } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { plainFrames } from '../testing/plain-frames';
import { parkedPlacesMigration, parkingMigration } from './parking.migration';

const tenantOf = ({ key }: Message) => key.toString()[0];

describe('fifty thousand messages of one tenant', () => {
  let test: TestDatabase;
  let bus: EmbeddedBus;
  beforeAll(async () => {
    test = await testDatabase('bus', [busMigration, parkingMigration('bus'), parkedPlacesMigration]);
    bus = openEmbeddedBus({ database: test.database, frames: plainFrames });
  });
  afterAll(async () => {
    await bus.close();
    await test.drop();
  });

  it('do not hold up the ten of another behind them, and are all done in their order', async () => {
    const inbox = new Inbox();
    const gate: PromiseWithResolvers<void> = Promise.withResolvers();
    // The lane stands still until the others are done: nothing of this depends on how fast anything is.
    const handle: BatchHandler = async (batch) => {
      if (batch.some(({ parked }) => parked)) await gate.promise;
      await inbox.handle(batch);
    };
    const flood = texts(50_000).map((value, n) => text(`A${n % 50}`, value));
    for (let at = 0; at < flood.length; at += 1000) await bus.publish('interactions', flood.slice(at, at + 1000));
    await bus.publish('interactions', texts(10, 'b').map((value) => text('B', value)));
    const count = (tenant: string) => inbox.batches.reduce((sum, batch) => sum + batch.filter((message) => tenantOf(message) === tenant).length, 0);
    const parking = { database: test.database, fairness: { tenantOf, several: () => true } };
    await bus.group(groupOf('fair', handle, { parking }));
    await inbox.has(...texts(10, 'b'));
    expect(count('A')).toBeLessThanOrEqual(2500);
    gate.resolve();
    await inbox.until(() => inbox.batches.length > 90 && count('A') >= 50_000);
    const done = Map.groupBy(inbox.messages, ({ key }) => key.toString());
    for (let key = 0; key < 50; key += 1) expect(done.get(`A${key}`)!.map(({ value }) => Number(value.toString().slice(1)))).toEqual(Array.from({ length: 1000 }, (_, n) => n * 50 + key));
  }, 240_000);
});
