// The login's password stood in the statement that sets it. A server writes statements that fail into its log, as this one does where two
// processes provision at once, and shows them to whoever watches it.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { provision } from './provision';

const database = `tl_test_${randomBytes(8).toString('hex')}`;
const server = process.env.TL_TEST_POSTGRES!;

async function ask(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  return client.query(sql).then(({ rows }) => rows).finally(() => client.end());
}

afterAll(() => ask(server, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));

it.each(['letters4and2digits', "a b/c:d@e'\\", 'pässword'])('a password stands in no statement, and opens the login: %s', async (password) => {
  const sent = jest.spyOn(Client.prototype, 'query');
  const url = await provision({ adminUrl: server, service: 'password-test', password, database });
  const statements = JSON.stringify(sent.mock.calls.map(([statement]) => statement));
  sent.mockRestore();
  expect(statements).toContain('ALTER ROLE tl_password_test LOGIN');
  expect(statements).not.toContain(JSON.stringify(password).slice(1, -1));
  expect(await ask(url, 'SELECT current_user::text AS role')).toEqual([{ role: 'tl_password_test' }]);
  const wrong = Object.assign(new URL(url), { password: 'wrong' });
  await expect(ask(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
});
