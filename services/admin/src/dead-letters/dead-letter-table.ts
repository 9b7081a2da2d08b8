import type { DeadLetter } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import type { Place } from '../config/paging';

export interface DeadLetterRow {
  at: Date;
  tenant: string;
  id: string;
  account: string;
  cause: string;
  detail: string;
  service: string;
  interaction: string;
  media_type: string;
}

/** With the raw input as it lies: sealed in the row, or in a blob. */
export interface DeadLetterWithRaw extends DeadLetterRow {
  raw_key_id: string;
  raw: Buffer;
  raw_blob: string;
}

export interface DeadLetterFilter {
  cause?: string;
  account?: string;
}

const COLUMNS = 'at, tenant, id, account, cause, detail, service, interaction, media_type';

const INSERT = `
  INSERT INTO dead_letter (${COLUMNS}, raw_key_id, raw, raw_blob)
  SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::text[])
  ON CONFLICT DO NOTHING`;

const GET = `SELECT ${COLUMNS}, raw_key_id, raw, raw_blob FROM dead_letter WHERE tenant = $1 AND id = $2`;

/** @param back towards newer ones */
const list = (back: boolean) => `
  SELECT ${COLUMNS} FROM dead_letter
  WHERE tenant = $1 AND ($2::text IS NULL OR cause = $2) AND ($3::text IS NULL OR account = $3)
    AND ($4::timestamptz IS NULL OR (at, id) ${back ? '>' : '<'} ($4, $5::uuid))
  ORDER BY at ${back ? 'ASC' : 'DESC'}, id ${back ? 'ASC' : 'DESC'}
  LIMIT $6`;

/** What was set aside by any service. */
export class DeadLetterTable {
  constructor(private readonly database: Database) {}

  /** Keeps those not kept yet, in one statement. */
  async keep(letters: readonly DeadLetter[]): Promise<void> {
    const tenants = [...new Set(letters.map(({ tenant }) => tenant))];
    const column = <T>(of: (letter: DeadLetter) => T) => letters.map(of);
    const columns = [
      ...[column(({ at }) => new Date(Number(at))), column(({ tenant }) => tenant), column(({ id }) => id)],
      ...[column(({ account }) => account), column(({ cause }) => cause), column(({ detail }) => detail)],
      ...[column(({ service }) => service), column(({ interaction }) => interaction), column(({ mediaType }) => mediaType)],
      ...[column(({ raw }) => raw?.keyId ?? ''), column(({ raw }) => Buffer.from(raw?.box ?? [])), column(({ rawBlob }) => rawBlob)],
    ];
    await this.database.writer(tenants, (tx) => tx.query(INSERT, columns));
  }

  async get(tenant: string, id: string): Promise<DeadLetterWithRaw | undefined> {
    const { rows } = await this.database.reader(tenant, (tx) => tx.query<DeadLetterWithRaw>(GET, [tenant, id]));
    return rows[0];
  }

  /** Newest first; backwards from a place where it says so. */
  async list(tenant: string, { cause, account }: DeadLetterFilter, limit: number, place?: Place): Promise<DeadLetterRow[]> {
    const values = [tenant, cause ?? null, account ?? null, place?.key[0] ?? null, place?.key[1] ?? null, limit];
    const { rows } = await this.database.reader(tenant, (tx) => tx.query<DeadLetterRow>(list(place?.back ?? false), values));
    return rows;
  }
}
