import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { eventStore } from './event-store';
import type { EventHead } from './event-heads';
import { eventStoreMigration } from './migration';
import { rebuildReadModels } from './rebuild';
import type { Projector } from './rebuild.contract';
import { sampleEvent } from './testing';

const COUNTS = { name: '1790000000000Counts', sql: 'CREATE TABLE counted (tenant uuid NOT NULL, n bigint PRIMARY KEY); GRANT ALL ON counted TO PUBLIC;' };
const BOX_BYTES = 16_384;

let test: TestDatabase;
beforeAll(async () => void (test = await testDatabase('profile', [eventStoreMigration('profile'), COUNTS])));
afterAll(() => test.drop());

// A page that ended at 8 MiB was taken for the end: appends were stopped six times, and 5,000 bodies read while they waited.
it('a rebuild has caught up before it stops appends, however large bodies are', async () => {
  const tenant = randomUUID();
  const append = async (events: number) => {
    for (let done = 0; done < events; done += 500) {
      const some = Array.from({ length: 500 }, () => sampleEvent({ tenant, box: Buffer.alloc(BOX_BYTES) }));
      await test.database.writer([tenant], (tx) => eventStore.append(tx, some));
    }
  };
  const fold: Projector<string[]>['fold'] = async (tx, of, places) => void (await tx.query('INSERT INTO counted SELECT $1, unnest($2::bigint[])', [of, places]));
  let come = 8_000;
  const projector: Projector<string[]> = {
    tables: ['counted'],
    open: async (_tx, _tenant, events: readonly EventHead[]) => events.map(({ position }) => String(position.n)),
    fold,
    foldRange: async (tx, of, places) => (await fold(tx, of, places), []),
    foldLater: async () => undefined,
    join: async () => (await append(come), (come = 0), undefined),
  };
  await append(500);
  const phases: string[] = [];
  await rebuildReadModels(projector, { database: test.database, onProgress: ({ phase }) => void (phases.at(-1) === phase || phases.push(phase)) });
  expect(phases.filter((phase) => phase === 'switching')).toHaveLength(1);
}, 120_000);
