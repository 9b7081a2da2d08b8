import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrate } from './migrate';
import { openDatabase } from './open-database';
import { provision } from './provision';
import { tenantWall } from './tenant-wall';

const server = process.env.TL_TEST_POSTGRES!;
const SERVICE = 'provision-test';
const database = `tl_test_${randomBytes(8).toString('hex')}`;
const admin = (sql: string, url = server) => once(url, sql);

async function once(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  return client.query(sql).then(({ rows }) => rows).finally(() => client.end());
}

const options = { adminUrl: server, service: SERVICE, password: 'a b/c:d@e', database };
const note = { name: '1700000000000CreateNote', sql: `CREATE TABLE note (tenant uuid NOT NULL); ${tenantWall(SERVICE, 'note')}` };

afterAll(() => admin(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));

describe('provisioning', () => {
  it('makes the database, roles and schema once, however many processes do it at once', async () => {
    const urls = await Promise.all(Array.from({ length: 5 }, () => provision(options)));
    expect(new Set(urls).size).toBe(1);
    expect(await once(urls[0]!, 'SELECT current_user::text AS role, current_database()::text AS db')).toEqual([{ role: 'tl_provision_test', db: database }]);
  });

  it('waits for those who do it by another database of the server', async () => {
    await provision({ ...options, database: `${database}_o` });
    const adminUrl = server.replace(/\/[^/]*$/, `/${database}_o`);
    try {
      const calls = Array.from({ length: 10 }, (_, i) => provision(i % 2 ? options : { ...options, adminUrl, database }));
      expect(new Set(await Promise.all(calls)).size).toBe(1);
    } finally {
      await admin(`DROP DATABASE ${database}_o WITH (FORCE)`);
    }
  });

  it('gives roles without special rights, the login none of theirs unasked', async () => {
    const rows = await admin(`SELECT rolname FROM pg_roles WHERE rolname LIKE 'tl\\_provision\\_test%' AND NOT rolsuper AND NOT rolcreaterole
      AND NOT rolcreatedb AND NOT rolbypassrls AND NOT rolinherit AND rolcanlogin = (rolname = 'tl_provision_test') ORDER BY 1`);
    expect(rows.map((row) => row.rolname)).toEqual(['', '_owner', '_reader', '_relay', '_system', '_writer'].map((end) => `tl_provision_test${end}`));
  });

  it('sets the password anew, and keeps what is there', async () => {
    await migrate(await provision(options), SERVICE, [note]);
    const url = await provision({ ...options, password: 'other' });
    expect(await once(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await admin('SELECT FROM provision_test.note', server.replace(/\/[^/]*$/, `/${database}`))).toEqual([]);
  });

  it('does for an administrator who is no superuser, as managed servers have', async () => {
    const name = `tl_admin_${randomBytes(4).toString('hex')}`;
    const url = new URL(server);
    [url.username, url.password] = [name, 'pw'];
    await admin(`CREATE ROLE ${name} LOGIN CREATEDB CREATEROLE PASSWORD 'pw'`);
    const service = `managed-${randomBytes(4).toString('hex')}`;
    try {
      const login = await provision({ adminUrl: url.href, service, password: 'x', database: `${database}_m` });
      await provision({ adminUrl: url.href, service, password: 'x', database: `${database}_m` });
      await migrate(login, service, [{ ...note, sql: `CREATE TABLE note (tenant uuid NOT NULL); ${tenantWall(service, 'note')}` }]);
      expect(await once(login, `SET ROLE tl_${service.replace('-', '_')}_writer`)).toEqual([]);
    } finally {
      await admin(`DROP DATABASE IF EXISTS ${database}_m WITH (FORCE)`);
      const roles = ['', '_owner', '_writer', '_reader', '_relay', '_system'].map((end) => `tl_${service.replace('-', '_')}${end}`);
      await admin(`DROP ROLE IF EXISTS ${roles.join(', ')}, ${name}`);
    }
  });
});

describe('migrating', () => {
  const again = { name: '1700000000001AddText', sql: `ALTER TABLE note ADD text text; ALTER TABLE note ADD more text` };
  let url: string;
  beforeAll(async () => {
    url = await provision(options);
  });

  it('applies each migration once, in the order of the times, though several processes start at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrate(url, SERVICE, [again, note])));
    const applied = await admin('SELECT name FROM provision_test.migration ORDER BY id', server.replace(/\/[^/]*$/, `/${database}`));
    expect(applied).toEqual([{ name: 'CreateNote1700000000000' }, { name: 'AddText1700000000001' }]);
  });

  it('leaves nothing of a migration that fails', async () => {
    const broken = { name: '1700000000002Broken', sql: 'CREATE TABLE half (a int); SELECT 1 / 0' };
    await expect(migrate(url, SERVICE, [note, again, broken])).rejects.toThrow('division by zero');
    await expect(once(url, 'SET ROLE tl_provision_test_owner; SELECT FROM half')).rejects.toThrow('does not exist');
    await migrate(url, SERVICE, [note, again]);
  });

  it('refuses a name without a time', async () => {
    await expect(migrate(url, SERVICE, [{ name: 'CreateNote', sql: '' }])).rejects.toThrow('a migration is named');
  });

  it('makes tables that belong to the owner', async () => {
    const database = openDatabase({ url, service: SERVICE });
    const owner = await database.system((tx) => tx.query(`SELECT tableowner FROM pg_tables WHERE tablename = 'note'`));
    expect(owner.rows).toEqual([{ tableowner: 'tl_provision_test_owner' }]);
    await database.close();
  });
});
