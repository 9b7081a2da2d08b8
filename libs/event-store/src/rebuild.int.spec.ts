import { randomUUID } from 'node:crypto';
import { tenantId, type Position } from '@throughline/contracts';
import { tenantWall, type Migration } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import type { EventHead } from './event-heads';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { rebuildReadModels } from './rebuild';
import type { Projector } from './rebuild.contract';
import { throughGate } from './rebuild-gate';
import { sampleEvent } from './testing';

const [ONE, TWO] = [tenantId('rebuild-one'), tenantId('rebuild-two')] as const;

/** A read model with one of everything a table can have. */
const readModel: Migration = {
  name: '1790000000000Counts',
  sql: `
CREATE TABLE counted (
  tenant uuid NOT NULL,
  stream uuid NOT NULL,
  events bigint NOT NULL DEFAULT 0 CHECK (events >= 0),
  last bigint,
  upper text GENERATED ALWAYS AS (upper(stream::text)) STORED,
  PRIMARY KEY (stream, tenant),
  CONSTRAINT counted_once UNIQUE (tenant, stream)
) WITH (fillfactor = 70);
COMMENT ON TABLE counted IS 'how many''s events there are';
COMMENT ON COLUMN counted.last IS 'place of the last';
CREATE INDEX counted_busy ON counted (events DESC) INCLUDE (last) WHERE events > 1;
${tenantWall('profile', 'counted')}`,
};

/** What the catalog says of the table, but for its rows and its number. */
const SHAPE = `
  SELECT c.reloptions, c.relacl::text, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text, obj_description(c.oid, 'pg_class'),
    (SELECT jsonb_agg(to_jsonb(a) - 'attrelid' ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = c.oid) AS columns,
    (SELECT jsonb_agg(jsonb_build_array(column_default, generation_expression, col_description(c.oid, ordinal_position)) ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = 'profile' AND table_name = 'counted') AS defaults,
    (SELECT jsonb_agg(pg_get_indexdef(indexrelid) ORDER BY pg_get_indexdef(indexrelid)) FROM pg_index WHERE indrelid = c.oid) AS indexes,
    (SELECT jsonb_agg(jsonb_build_array(conname, pg_get_constraintdef(k.oid)) ORDER BY conname) FROM pg_constraint k WHERE conrelid = c.oid) AS constraints,
    (SELECT jsonb_agg(to_jsonb(p) ORDER BY policyname) FROM pg_policies p WHERE schemaname = 'profile' AND tablename = 'counted') AS policies
  FROM pg_class c WHERE oid = 'profile.counted'::regclass`;

type Places = { stream: string; n: string }[];

const count = (events: readonly EventHead[]): Places => events.map(({ stream, position }) => ({ stream, n: String(position.n) }));

const fold: Projector<Places>['fold'] = async (tx, tenant, places) =>
  void (await tx.query(
    `INSERT INTO counted AS c (tenant, stream, events, last) SELECT $1, p.stream, count(*), max(p.n) FROM unnest($2::uuid[], $3::bigint[]) AS p(stream, n) GROUP BY p.stream
     ON CONFLICT (stream, tenant) DO UPDATE SET events = c.events + excluded.events, last = greatest(c.last, excluded.last)`,
    [tenant, places.map(({ stream }) => stream), places.map(({ n }) => n)],
  ));

let db: TestDatabase;
let admin: Client;
beforeEach(async () => {
  db = await testDatabase('profile', [eventStoreMigration('profile'), readModel]);
  admin = new Client({ connectionString: db.adminUrl });
  await admin.connect();
});
afterEach(async () => {
  await admin.end();
  await db.drop();
});

/** To streams of their own, and every fourth to one they share. */
const append = (tenant: string, events = 1) => {
  const shared = randomUUID();
  const all = Array.from({ length: events }, (_, n) => sampleEvent({ tenant, stream: n % 4 ? randomUUID() : shared }));
  return throughGate(db.database).writer([tenant], async (tx) => void (await eventStore.append(tx, all)));
};

const counted = async () => (await admin.query<{ tenant: string; events: string }>('SELECT tenant, sum(events) AS events FROM profile.counted GROUP BY tenant ORDER BY sum(events)')).rows;

/** Folds, and tells which events it was given in which way. */
function observed(more: Partial<Projector<Places>> = {}) {
  const later: string[] = [];
  const joined: string[] = [];
  const projector: Projector<Places> = {
    tables: ['counted'],
    open: async (_, __, events) => count(events),
    fold,
    foldRange: async (tx, tenant, places) => (await fold(tx, tenant, places), []),
    foldLater: async (_, __, events) => void later.push(...count(events).map(({ n }) => n)),
    join: async (_, tenant, after) => (joined.push(`${tenant} ${after}`), after === undefined ? 'more' : undefined),
    ...more,
  };
  return { projector, later, joined };
}

async function rebuild(projector: Projector<Places>): Promise<void> {
  await untilAllShow();
  await rebuildReadModels(projector, { database: db.database, batch: 7, workers: 3 });
}

/** Transactions in other databases of the server hold the end of the log back for moments: it would be caught up with, not folded by ranges. */
async function untilAllShow(): Promise<void> {
  const heldBack = 'SELECT FROM event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1';
  while ((await db.database.relay((tx) => tx.query(heldBack))).rowCount);
}

describe('a table made anew', () => {
  it('is in all but its rows the one it replaces', async () => {
    const before = (await admin.query(SHAPE)).rows;
    await append(ONE);
    await rebuild(observed().projector);
    expect((await admin.query(SHAPE)).rows).toEqual(before);
    expect(await counted()).toEqual([{ tenant: ONE, events: '1' }]);
  });

  it('holds each event once, of every tenant', async () => {
    await append(ONE, 60);
    await append(TWO, 25);
    await rebuild(observed().projector);
    expect(await counted()).toEqual([{ tenant: TWO, events: '25' }, { tenant: ONE, events: '60' }]);
  });

  it('is empty where the log is', async () => {
    await rebuild(observed().projector);
    expect(await counted()).toEqual([]);
  });

  it('holds what was appended while it waited for its place', async () => {
    await append(ONE, 30);
    let waited = false;
    const { projector } = observed({ join: async () => ((waited ||= (await append(TWO, 3), true)), undefined) });
    await rebuild(projector);
    expect(await counted()).toEqual([{ tenant: TWO, events: '3' }, { tenant: ONE, events: '30' }]);
  });
});

describe('what hangs on several streams', () => {
  it('is folded after the ranges, in the order of the log, tenant by tenant', async () => {
    await append(ONE, 40);
    await append(TWO, 5);
    const named: bigint[] = [];
    const asPositions = (places: Places): Position[] => places.filter(({ n }) => Number(n) % 2 === 0).map(({ n }) => ({ generation: 1, xid: 0n, n: BigInt(n) }));
    const xids = new Map((await admin.query<{ n: string; xid: string }>('SELECT n, xid FROM profile.event')).rows.map(({ n, xid }) => [n, BigInt(xid)]));
    const { projector, later, joined } = observed({
      foldRange: async (tx, tenant, places) => {
        await fold(tx, tenant, places);
        const positions = asPositions(places).map((position) => ({ ...position, xid: xids.get(String(position.n))! }));
        named.push(...positions.map(({ n }) => n));
        return positions;
      },
    });
    await rebuild(projector);
    const sorted = [...named].sort((a, b) => Number(a - b)).map(String);
    expect([...later].sort((a, b) => Number(a) - Number(b))).toEqual(sorted);
    expect(later.filter((n) => Number(n) < 40)).toEqual(sorted.filter((n) => Number(n) < 40));
    expect(joined.sort()).toEqual([ONE, TWO].flatMap((tenant) => [`${tenant} more`, `${tenant} undefined`]).sort());
  });
});

describe('a fold that fails', () => {
  it('ends the rebuild with its error, all workers, and leaves nothing behind', async () => {
    await append(ONE, 200);
    const failing = observed({ foldRange: () => Promise.reject(new Error('cannot fold')) });
    await expect(rebuild(failing.projector)).rejects.toThrow('cannot fold');
    expect((await admin.query("SELECT FROM pg_tables WHERE schemaname = 'profile__next'")).rowCount).toBe(0);
    await rebuild(observed().projector);
    expect(await counted()).toEqual([{ tenant: ONE, events: '200' }]);
  });
});
