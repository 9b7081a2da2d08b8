// A rolling deploy may migrate while the old version rebuilds: tables made before then took the place of the migrated ones, and the column
// that the new version had added was gone for good.
import { randomUUID } from 'node:crypto';
import { migrate, tenantWall, type Migration } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { rebuildReadModels } from './rebuild';
import type { Projector } from './rebuild.contract';
import { sampleEvent } from './testing';

const readModel: Migration = { name: '1790000000000Seen', sql: `CREATE TABLE profile.seen (tenant uuid NOT NULL, n bigint NOT NULL);\n${tenantWall('profile', 'seen')}` };
const older = [eventStoreMigration('profile'), readModel];
const newer = [...older, { name: '1790000000001SeenAt', sql: 'ALTER TABLE profile.seen ADD at bigint NOT NULL DEFAULT 0' }];

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase('profile', older);
});
afterAll(() => db.drop());

it('a rebuild that a migration overtakes leaves the migrated tables as they are', async () => {
  const tenant = randomUUID();
  await db.database.writer([tenant], (tx) => eventStore.append(tx, [sampleEvent({ tenant })]));
  // Transactions of other specs hold the log back, and what a rebuild does not see yet it joins later.
  while ((await db.database.relay((tx) => eventStore.readLog(tx, undefined, 1))).length === 0);
  let joined = false;
  const projector: Projector<void> = {
    ...{ tables: ['seen'], open: async () => undefined, fold: async () => undefined, foldRange: async () => [], foldLater: async () => undefined },
    join: async () => void (joined ||= (await migrate(db.url, 'profile', newer), true)),
  };
  await expect(rebuildReadModels(projector, { database: db.database })).rejects.toMatchObject({ slug: 'rebuild-overtaken' });
  expect((await db.database.writer([tenant], (tx) => tx.query('SELECT at FROM seen'))).rowCount).toBe(0);
  await rebuildReadModels({ ...projector, join: async () => undefined }, { database: db.database });
});
