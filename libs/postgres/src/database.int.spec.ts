import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Tx } from './database.contract';
import { systemTable, tenantWall } from './tenant-wall';
import { testDatabase, type TestDatabase } from './testing';

const [A, B] = [randomUUID(), randomUUID()];
const SERVICE = 'web-notes';
const migrations = [
  {
    name: '1700000000000CreateNote',
    sql: `CREATE TABLE note (tenant uuid NOT NULL, text text NOT NULL);
      CREATE TABLE entry (tenant uuid NOT NULL, text text NOT NULL);
      CREATE TABLE mark (text text NOT NULL);
      ${tenantWall(SERVICE, 'note')} ${tenantWall(SERVICE, 'entry', { relay: true })} ${systemTable(SERVICE, 'mark')}`,
  },
];
const ALL = 'SELECT text FROM note';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase(SERVICE, migrations);
  await test.database.writer([A, B], async (tx) => {
    for (const table of ['note', 'entry']) await tx.query(`INSERT INTO ${table} VALUES ($1, $2), ($3, $4)`, [A, 'of A', B, 'of B']);
  });
});
afterAll(() => test.drop());

const texts = (sql: string) => async (tx: Tx) => (await tx.query<{ text: string }>(sql)).rows.map((row) => row.text).sort();

/** Rows of the last of these statements, run outside any transaction of ours. */
async function asLogin(...statements: string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: test.url });
  await client.connect();
  try {
    for (const sql of statements.slice(0, -1)) await client.query(sql);
    return (await client.query(statements.at(-1)!)).rows;
  } finally {
    await client.end();
  }
}

describe('the tenant wall', () => {
  it('shows the writer and the reader the rows of the tenants that are set', async () => {
    expect(await test.database.writer([A], texts(ALL))).toEqual(['of A']);
    expect(await test.database.writer([A, B], texts(ALL))).toEqual(['of A', 'of B']);
    expect(await test.database.reader(B, texts(ALL))).toEqual(['of B']);
  });

  it('shows nothing where no tenant is set, or another', async () => {
    expect(await test.database.writer([], texts(ALL))).toEqual([]);
    expect(await test.database.reader(randomUUID(), texts(ALL))).toEqual([]);
  });

  it('takes no row of another tenant, new or changed, and deletes none', async () => {
    const insert = test.database.writer([A], (tx) => tx.query('INSERT INTO note VALUES ($1, $2)', [B, 'foreign']));
    await expect(insert).rejects.toThrow('row-level security');
    const update = test.database.writer([A], (tx) => tx.query('UPDATE note SET tenant = $1', [B]));
    await expect(update).rejects.toThrow('row-level security');
    expect(await test.database.writer([A], async (tx) => (await tx.query('DELETE FROM note WHERE tenant = $1', [B])).rowCount)).toBe(0);
  });

  it('refuses a tenant that is no UUID before anything is sent', async () => {
    const work = jest.fn();
    await expect(test.database.writer([`${A}'; DROP TABLE note; --`], work)).rejects.toThrow('no UUID');
    expect(work).not.toHaveBeenCalled();
  });

  it('stands for the owner of the tables as well', async () => {
    expect(await asLogin('SET ROLE tl_web_notes_owner', `SET tl.tenants = '{${A}}'`, ALL)).toEqual([]);
  });
});

describe('the roles', () => {
  it('let the login do nothing by itself', async () => {
    await expect(asLogin(ALL)).rejects.toThrow('does not exist');
    await expect(asLogin('SELECT text FROM web_notes.note')).rejects.toThrow('permission denied');
    await expect(asLogin('CREATE TABLE public.mine (a int)')).rejects.toThrow('permission denied');
    await expect(asLogin('CREATE TEMP TABLE mine (a int)')).rejects.toThrow('permission denied');
  });

  it('let the reader write nothing', async () => {
    await expect(test.database.reader(A, (tx) => tx.query('DELETE FROM note'))).rejects.toThrow('read-only');
    await expect(test.database.reader(A, texts('SELECT text FROM mark'))).rejects.toThrow('permission denied');
  });

  it('show the relay all tenants of a relayed table, and no other table', async () => {
    expect(await test.database.relay(texts('SELECT text FROM entry'))).toEqual(['of A', 'of B']);
    await expect(test.database.relay(texts(ALL))).rejects.toThrow('permission denied');
    await expect(test.database.relay((tx) => tx.query('DELETE FROM entry'))).rejects.toThrow('read-only');
  });

  it('let the system use the tables without tenants, and no other', async () => {
    await test.database.system((tx) => tx.query(`INSERT INTO mark VALUES ('here')`));
    expect(await test.database.writer([A], texts('SELECT text FROM mark'))).toEqual(['here']);
    await expect(test.database.system(texts(ALL))).rejects.toThrow('permission denied');
  });

  it('and tenants end with the transaction', async () => {
    const pids = new Set<number>();
    const state = `SELECT pg_backend_pid() AS pid, current_setting('tl.tenants', true) AS tenants, current_user::text AS role`;
    const look = async (tx: Tx) => (await tx.query<{ pid: number; tenants: string; role: string }>(state)).rows[0]!;
    pids.add((await test.database.writer([A], look)).pid);
    await expect(test.database.writer([A], () => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
    const next = await test.database.system(look);
    expect(pids).toContain(next.pid);
    expect(next).toMatchObject({ tenants: '', role: 'tl_web_notes_system' });
  });
});

describe('a transaction', () => {
  it('is rolled back where its function throws, and the error comes through', async () => {
    const failing = test.database.writer([A], async (tx) => {
      await tx.query('INSERT INTO note VALUES ($1, $2)', [A, 'undone']);
      throw new TypeError('mine');
    });
    await expect(failing).rejects.toThrow(TypeError);
    expect(await test.database.writer([A], texts(ALL))).toEqual(['of A']);
  });

  it('does not pass as committed where a failed statement was overlooked', async () => {
    const overlooked = test.database.writer([A], async (tx) => {
      await tx.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(overlooked).rejects.toThrow('rolled back');
  });

  it('answers each of the statements that go out together, in their order', async () => {
    const answers = await test.database.writer([A], (tx) =>
      Promise.all([tx.query('INSERT INTO note VALUES ($1, $2)', [A, 'one']), texts(ALL)(tx), tx.query(`DELETE FROM note WHERE text = 'one'`), texts(ALL)(tx)]),
    );
    expect([answers[1], answers[3]]).toEqual([['of A', 'one'], ['of A']]);
  });

  it('fails for the first that failed of those that go out together, and the next has a clean session', async () => {
    const failing = test.database.writer([A], (tx) =>
      Promise.all([tx.query('INSERT INTO note VALUES ($1, $2)', [A, 'undone']), tx.query({ name: 'bad', text: 'SELECT 1 / 0' }), tx.query({ name: 'fine', text: 'SELECT 1 AS n' })]),
    );
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await test.database.writer([A], async (tx) => [await texts(ALL)(tx), (await tx.query({ name: 'fine', text: 'SELECT 1 AS n' })).rows])).toEqual([['of A'], [{ n: 1 }]]);
  });

  it('takes no statement after its end', async () => {
    const escaped = await test.database.writer([A], async (tx) => tx);
    await expect(escaped.query('SELECT 1')).rejects.toThrow('has ended');
  });

  it('ends where a statement runs too long', async () => {
    await expect(test.database.reader(A, (tx) => tx.query(`SET LOCAL statement_timeout = 5; SELECT pg_sleep(10)`))).rejects.toMatchObject({ code: '57014' });
  });
});
