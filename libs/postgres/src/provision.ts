import { Client, type DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import { memberRoles, nextSchemaName, roleName, schemaName } from './roles';
import { scramVerifier } from './scram';

/** Whose roles and schema are made, and where. */
export interface ProvisionOptions {
  /** A login that may make roles and databases. Its database is where processes that provision at once take turns. */
  adminUrl: string;
  service: string;
  /** Becomes the login's password. */
  password: string;
  /** Database of the service, made where it is missing. Default: that of `adminUrl`. */
  database?: string;
}

/** Key of the advisory lock under which roles and databases are made ("tl" and a number). */
const LOCK = 0x746c_0001;

const ATTEMPTS = 20;

/**
 * Makes a service's roles, database and schema, and sets what each may do. Safe to repeat, and from several processes at once.
 * Returns the login's URL. Tables that the owner makes later are open to the writer and (reading) to the reader; the relay
 * and the system role get theirs one by one (`tenantWall`, `systemTable`).
 */
export async function provision(options: ProvisionOptions): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await provisionOnce(options);
    } catch (error) {
      if (attempt === ATTEMPTS || !isOvertaken(error as DatabaseError)) throw error;
    }
  }
}

/** The lock is one of a database, roles are the server's: who provisions by another database changed the same role meanwhile. */
const isOvertaken = ({ code, message }: DatabaseError) => code === 'XX000' && message === 'tuple concurrently updated';

async function provisionOnce(options: ProvisionOptions): Promise<string> {
  const url = new URL(options.adminUrl);
  const database = options.database ?? decodeURIComponent(url.pathname.slice(1));
  await session(options.adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await admin.query(rolesSql(options.service, options.password));
    await createDatabase(admin, database);
    url.pathname = `/${encodeURIComponent(database)}`;
    await session(url.href, (client) => client.query(schemaSql(options.service, database)));
  });
  url.username = roleName(options.service, 'login');
  url.password = encodeURIComponent(options.password);
  return url.href;
}

async function session(connectionString: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString, application_name: 'tl_provision' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(admin: Client, database: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (!rowCount) await admin.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
}

/** NOINHERIT: the login itself may do nothing; it takes one role for each transaction. A new role has no other rights, and only a superuser may say so again. */
function rolesSql(service: string, password: string): string {
  const login = roleName(service, 'login');
  const members = memberRoles.map((role) => roleName(service, role));
  return [
    createRole(login),
    `ALTER ROLE ${login} LOGIN NOINHERIT PASSWORD ${escapeLiteral(scramVerifier(password))}`,
    ...members.flatMap((role) => [createRole(role), `ALTER ROLE ${role} NOLOGIN NOINHERIT`]),
    `GRANT ${members.join(', ')} TO ${login} WITH INHERIT FALSE, SET TRUE`,
    // An administrator who is no superuser may make objects for the owner only as a member of it.
    `DO $$ BEGIN IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
       GRANT ${members[0]} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE; END IF; END $$`,
  ].join(';\n');
}

const createRole = (role: string) =>
  `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`;

function schemaSql(service: string, database: string): string {
  const [schema, next] = [schemaName(service), nextSchemaName(service)];
  const name = escapeIdentifier(database);
  const [login, owner, writer, reader, relay, system] = (['login', ...memberRoles] as const).map((role) => roleName(service, role));
  const forOwner = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner}`;
  return [
    `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${name} TO ${login}`,
    'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    `CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${owner}`,
    `CREATE SCHEMA IF NOT EXISTS ${next} AUTHORIZATION ${owner}`,
    // What is being made there is nobody's to read yet.
    `GRANT USAGE ON SCHEMA ${next} TO ${writer}`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${writer}, ${reader}, ${relay}, ${system}`,
    `ALTER ROLE ${login} IN DATABASE ${name} SET search_path = ${schema}`,
    `${forOwner} REVOKE ALL ON FUNCTIONS FROM PUBLIC`,
    `${forOwner} REVOKE ALL ON TYPES FROM PUBLIC`,
    `${forOwner} IN SCHEMA ${schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${writer}`,
    `${forOwner} IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${reader}`,
    `${forOwner} IN SCHEMA ${schema} GRANT USAGE ON SEQUENCES TO ${writer}`,
    `${forOwner} IN SCHEMA ${schema} GRANT EXECUTE ON FUNCTIONS TO ${writer}`,
  ].join(';\n');
}
