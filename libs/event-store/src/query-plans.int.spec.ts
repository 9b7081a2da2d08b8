import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { eventStoreMigration } from './migration';
import { BACKWARDS, BOXES, BY_ID, CATEGORY, FORWARDS, LOG, PLACES } from './read';

const tenant = randomUUID();
const stream = randomUUID();
let test: TestDatabase;
let admin: Client;
beforeAll(async () => {
  test = await testDatabase('plan-test', [eventStoreMigration('plan-test')]);
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await test.drop();
});

/** Rows as the log has them, made by the server: their hashes are none. */
const FILL = `
  INSERT INTO plan_test.event (xid, n, version, group_start, occurred_at, recorded_at, tenant, stream, id, type, key, envelope, chain)
    SELECT '3', n, n, n, n, n, $1, $2, gen_random_uuid(), CASE n % 100 WHEN 0 THEN 'call.started' ELSE 'message.received' END, '', '', '' FROM generate_series($3::bigint, $4) n;`;
const BODIES = `INSERT INTO plan_test.event_body SELECT n, tenant, 'k', '', '' FROM plan_test.event WHERE n BETWEEN $1::bigint AND $2`;
const IDS = `INSERT INTO plan_test.event_id SELECT tenant, id, xid, n, '' FROM plan_test.event WHERE n BETWEEN $1::bigint AND $2`;

async function fill(from: number, to: number): Promise<void> {
  await admin.query(FILL, [tenant, stream, from, to]);
  await admin.query(BODIES, [from, to]);
  await admin.query(IDS, [from, to]);
}

interface Node {
  'Node Type': string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Node[];
}

const all = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(all)];

const RELAY = 'tl_plan_test_relay';
const READER = 'tl_plan_test_reader';
/** As the relay's calls are set. */
const SESSION: Record<string, string> = { [RELAY]: 'SET LOCAL enable_sort = off' };

/** The plan of a statement as it is kept for a session, whatever the values: that is the one that must be good. */
async function plan(role: string, sql: string, values: readonly unknown[]): Promise<Node[]> {
  await admin.query('BEGIN');
  await admin.query(`SET LOCAL ROLE ${role}; SET LOCAL search_path = plan_test; SET LOCAL tl.tenants = '{${tenant}}'; SET LOCAL plan_cache_mode = force_generic_plan; ${SESSION[role] ?? ''}`);
  await admin.query(`PREPARE p AS ${sql}`);
  const literals = values.map((value) => `'${String(value)}'`).join(', ');
  const { rows } = await admin.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE p(${literals})`);
  await admin.query('ROLLBACK; DEALLOCATE p');
  return all(rows[0]['QUERY PLAN'][0].Plan as Node);
}

const scans = (nodes: readonly Node[]) => nodes.filter((node) => node['Node Type'].includes('Scan') && node['Relation Name'] !== 'log');
const blocks = ([top]: readonly Node[]) => top!['Shared Hit Blocks']! + top!['Shared Read Blocks']!;

describe.each([
  ['never analysed', 'SELECT 1'],
  ['analysed', 'ANALYZE'],
])('the log, with tables %s', (_, analyse) => {
  beforeAll(async () => {
    await fill(1, 10_000);
    await admin.query(analyse);
  });
  afterAll(() => admin.query('TRUNCATE plan_test.event, plan_test.event_body, plan_test.event_id'));

  it('is read by the index on its positions, without a sort', async () => {
    const nodes = await plan(RELAY, LOG, ['3', '5000', '100', '1000000']);
    expect(scans(nodes).map((node) => node['Index Name'])).toEqual(expect.arrayContaining(['event_pkey', 'event_body_pkey']));
    expect(nodes.find((node) => node['Index Name'] === 'event_pkey')!['Index Cond']).toMatch(/ROW\(xid, n\) > ROW/);
    expect(nodes.filter((node) => /Sort|Seq Scan|Hash/.test(node['Node Type']) && node['Relation Name'] !== 'log')).toEqual([]);
  });

  it('tells its places by the same index, and looks at no body', async () => {
    const nodes = await plan(RELAY, PLACES, ['3', '5000', '100']);
    expect(scans(nodes).map((node) => node['Index Name'])).toContain('event_pkey');
    expect(nodes.filter((node) => /Sort|Seq Scan|Hash/.test(node['Node Type']) && node['Relation Name'] !== 'log')).toEqual([]);
    expect(nodes.filter((node) => node['Relation Name'] === 'event_body')).toEqual([]);
  });

  it('by category is read by the index on it, without a sort', async () => {
    const nodes = await plan(RELAY, CATEGORY, ['3', '5000', '10', '1000000', 'call']);
    const scan = nodes.find((node) => node['Index Name'] === 'event_category')!;
    expect(scan).toMatchObject({ 'Node Type': 'Index Scan', 'Actual Rows': 10 });
    expect(nodes.filter((node) => /Sort|Seq Scan|Hash/.test(node['Node Type']) && node['Relation Name'] !== 'log')).toEqual([]);
  });

  it('touches as many blocks for a page when it is ten times as long', async () => {
    const read = () => plan(RELAY, LOG, ['3', '5000', '100', '1000000']);
    const before = blocks(await read());
    await fill(10_001, 100_000);
    await admin.query(analyse);
    const after = await read();
    expect(after[0]!['Actual Rows']).toBe(100);
    // A level more of the indexes at most: one block an event, and one for the page.
    expect(blocks(after)).toBeLessThanOrEqual(before + 110);
  });

  it('is entered by the index on streams or on ids, where one of these is asked for', async () => {
    const version = ['Limit', 'event_tenant_stream_version_key'];
    const forwards = await plan(READER, FORWARDS, [tenant, stream, 500, 50]);
    const backwards = await plan(READER, BACKWARDS, [tenant, stream, 500, 50]);
    for (const nodes of [forwards, backwards]) expect(nodes.map((node) => node['Index Name'])).toContain(version[1]);
    expect(forwards.filter((node) => node['Node Type'] === 'Sort')).toEqual([]);
    expect(backwards.filter((node) => node['Node Type'] === 'Sort')).toEqual([]);
    const byId = await plan(READER, BY_ID, [tenant, `{${randomUUID()}}`]);
    expect(scans(byId).filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  });

  it('gives bodies at some places by their index alone', async () => {
    const nodes = await plan(READER, BOXES, [tenant, '{5,500,5000}']);
    expect(scans(nodes).map((node) => node['Index Name'] ?? node['Node Type']).toSorted()).toEqual(['Function Scan', 'event_body_pkey']);
  });
});
