import { Client } from 'pg';
import { openDatabase } from './open-database';
import { tenantWall } from './tenant-wall';
import { testDatabase, type TestDatabase } from './testing';

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const B = 'bbbbbbbb-0000-4000-8000-000000000002';
const note = {
  name: '1700000000000CreateNote',
  sql: `CREATE TABLE note (tenant uuid NOT NULL, text text NOT NULL); ${tenantWall('web-notes', 'note')}`,
};

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase('web-notes', [note]);
  await test.database.writer([A, B], (tx) => tx.query('INSERT INTO note VALUES ($1, $2), ($3, $4)', [A, 'of A', B, 'of B']));
});
afterAll(() => test.drop());

const texts = async (rows: Promise<{ rows: { text: string }[] }>) => (await rows).rows.map((row) => row.text).sort();
const ALL = 'SELECT text FROM note';

describe('the tenant wall', () => {
  it('shows the rows of the tenants that are set, to the writer and to the reader', async () => {
    expect(await test.database.writer([A], (tx) => texts(tx.query(ALL)))).toEqual(['of A']);
    expect(await test.database.writer([A, B], (tx) => texts(tx.query(ALL)))).toEqual(['of A', 'of B']);
    expect(await test.database.reader(B, (tx) => texts(tx.query(ALL)))).toEqual(['of B']);
  });

  it('shows nothing where no tenant is set', async () => {
    expect(await test.database.writer([], (tx) => texts(tx.query(ALL)))).toEqual([]);
  });
});
