import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import type { KeyPort } from './key-port.contract';
import { openVault } from './open-vault';
import { segmentKeyMigration } from './segment-key.migration';
import { memoryKeyPort } from './testing';

const SERVICE = 'erase-rotate-test';
const clock = () => new Date('2026-01-31T12:00:00Z');

// Its snapshot was taken before the rotation's commit: the place that the key had left stood, and a backup of before opened.
describe('an erasure that waits for a rotation', () => {
  let db: TestDatabase;
  beforeAll(async () => void (db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)])));
  afterAll(() => db.drop());

  it('destroys the place the key had before, too', async () => {
    const [tenant, segment, port] = [randomUUID(), randomUUID(), memoryKeyPort()];
    const eraser = openVault(port, clock);
    const rows = <R>(sql: string, values: unknown[] = [tenant]) => db.database.writer([tenant], async (tx) => (await tx.query(sql, values)).rows as R[]);
    await db.database.writer([tenant], (tx) => eraser.segmentKeys(tx, tenant, [segment]));
    const [was] = await rows<{ slot: string; place: number }>('SELECT slot, place FROM segment_key WHERE tenant = $1');
    const [time] = await rows<{ at: Date }>('SELECT clock_timestamp() AS at', []);
    let erasing: Promise<number> | undefined;
    const slow: KeyPort = {
      ...port,
      // The rotation has the segment's row by now.
      makeSlot: async (...of) => {
        erasing = db.database.writer([tenant], (tx) => eraser.erase(tx, tenant, [segment]));
        await db.untilWaiting();
        return port.makeSlot(...of);
      },
    };
    expect(await openVault(slow, clock).rotateSlots(db.database, tenant, time!.at)).toBe(1);
    expect(await erasing).toBe(1);
    await eraser.finishErasures(db.database);
    expect((await port.getSlot(tenant, `slot:${was!.slot}`))?.key(was!.place)).toBeUndefined();
  });
});
