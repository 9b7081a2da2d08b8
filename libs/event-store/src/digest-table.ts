import { roleName, systemTable, type Migration, type Tx } from '@throughline/postgres';
import type { DigestHeader, SignedHeader } from './digest.contract';

/** The digests that were taken of a log, for its list of migrations. Their heads lie in files: a table of the same database proves nothing. */
export function digestMigration(service: string): Migration {
  return {
    name: '1767225600100LogDigests',
    sql: `
CREATE TABLE log_digest (number bigint PRIMARY KEY, day text NOT NULL UNIQUE, header text NOT NULL, signature text NOT NULL, public_key text NOT NULL);
${systemTable(service, 'log_digest')}
REVOKE UPDATE, DELETE ON log_digest FROM ${roleName(service, 'system')};
REVOKE INSERT, UPDATE, DELETE ON log_digest FROM ${roleName(service, 'writer')};
GRANT SELECT ON log_digest TO ${roleName(service, 'relay')};
`,
  };
}

interface Row {
  header: string;
  signature: string;
  public_key: string;
}

const signedHeader = (row: Row): SignedHeader => ({ header: JSON.parse(row.header) as DigestHeader, signature: row.signature, publicKey: row.public_key });

/** The newest. */
export async function lastDigest(tx: Tx): Promise<SignedHeader | undefined> {
  const { rows } = await tx.query<Row>('SELECT header, signature, public_key FROM log_digest ORDER BY number DESC LIMIT 1');
  return rows[0] && signedHeader(rows[0]);
}

/** All from a number on, at most `limit`. */
export async function readDigests(tx: Tx, from: number, limit: number): Promise<SignedHeader[]> {
  const { rows } = await tx.query<Row>('SELECT header, signature, public_key FROM log_digest WHERE number >= $1 ORDER BY number LIMIT $2', [from, limit]);
  return rows.map(signedHeader);
}

/** False where one of this number or day is there already. */
export async function insertDigest(tx: Tx, { header, signature, publicKey }: SignedHeader): Promise<boolean> {
  const values = [header.number, header.day, JSON.stringify(header), signature, publicKey];
  const { rowCount } = await tx.query('INSERT INTO log_digest (number, day, header, signature, public_key) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', values);
  return rowCount === 1;
}
