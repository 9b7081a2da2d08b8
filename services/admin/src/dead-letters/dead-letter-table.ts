import type { DeadLetter } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import type { Place } from '../config/paging';

/** `open`, `redriven` (given back to its service), `discarded`; of a parked key `parked`, and `passed` once all that waited is done. */
export const STATES = ['open', 'redriven', 'discarded', 'parked', 'passed'] as const;

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
  state: (typeof STATES)[number];
  attempts: number;
  next_try: Date | null;
  last_at: Date;
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
  state?: string;
  /** RFC 3339; first failure at or after, and before. */
  from?: string;
  to?: string;
}

export const COLUMNS = 'at, tenant, id, account, cause, detail, service, interaction, media_type, state, attempts, next_try, last_at';

const BRINGS_RAW = `(excluded.raw_key_id <> '' OR excluded.raw_blob <> '')`;

/** What failed once more (later than known) is open again, unless it was discarded, with its raw input as it came now: the key of the former may be gone. A parked key is told in order. */
const KEEP = `
  INSERT INTO dead_letter AS old (${COLUMNS}, raw_key_id, raw, raw_blob)
  SELECT at, tenant, id, account, cause, detail, service, interaction, media_type, state, attempts, nullif(next_try, 'epoch'), at, raw_key_id, raw, raw_blob
  FROM unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::text[],
    $13::text[], $14::int[], $15::timestamptz[])
    AS t (at, tenant, id, account, cause, detail, service, interaction, media_type, raw_key_id, raw, raw_blob, state, attempts, next_try)
  ON CONFLICT (tenant, id) DO UPDATE SET
    state = excluded.state, last_at = excluded.last_at, next_try = excluded.next_try,
    attempts = CASE excluded.state WHEN 'open' THEN old.attempts + 1 ELSE excluded.attempts END,
    detail = CASE excluded.state WHEN 'passed' THEN old.detail ELSE excluded.detail END,
    account = CASE excluded.state WHEN 'parked' THEN excluded.account ELSE old.account END,
    interaction = CASE excluded.state WHEN 'parked' THEN excluded.interaction ELSE old.interaction END,
    raw_key_id = CASE WHEN ${BRINGS_RAW} THEN excluded.raw_key_id ELSE old.raw_key_id END,
    raw = CASE WHEN ${BRINGS_RAW} THEN excluded.raw ELSE old.raw END,
    raw_blob = CASE WHEN ${BRINGS_RAW} THEN excluded.raw_blob ELSE old.raw_blob END
  WHERE excluded.state <> 'open' OR (excluded.last_at > old.last_at AND old.state <> 'discarded')`;

const GET = `SELECT ${COLUMNS}, raw_key_id, raw, raw_blob FROM dead_letter WHERE tenant = $1 AND id = $2`;

/** The filter's condition; its values are $2 to $6. */
export const FITS = `($2::text IS NULL OR cause = $2) AND ($3::text IS NULL OR account = $3) AND ($4::text IS NULL OR state = $4)
    AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)`;

export const filterValues = ({ cause, account, state, from, to }: DeadLetterFilter) => [cause ?? null, account ?? null, state ?? null, momentOf(from), momentOf(to)];

/** PostgreSQL takes no offset of 16 hours or more, as RFC 3339 does. */
const momentOf = (time: string | null | undefined) => (time ? new Date(time) : null);

/** @param back towards newer ones */
const list = (back: boolean) => `
  SELECT ${COLUMNS} FROM dead_letter
  WHERE tenant = $1 AND ${FITS} AND ($7::timestamptz IS NULL OR (at, id) ${back ? '>' : '<'} ($7, $8::uuid))
  ORDER BY at ${back ? 'ASC' : 'DESC'}, id ${back ? 'ASC' : 'DESC'}
  LIMIT $9`;

/** What was set aside by any service, and the keys any service has parked. */
export class DeadLetterTable {
  constructor(private readonly database: Database) {}

  /** Keeps what is new and notes what has changed, in one statement. */
  async keep(letters: readonly DeadLetter[]): Promise<void> {
    // Of one letter the last word counts: a statement cannot change a row twice.
    const last = [...new Map(letters.map((letter) => [`${letter.tenant}|${letter.id}`, letter])).values()];
    const tenants = [...new Set(last.map(({ tenant }) => tenant))];
    await this.database.writer(tenants, (tx) => tx.query(KEEP, columnsOf(last)));
  }

  async get(tenant: string, id: string): Promise<DeadLetterWithRaw | undefined> {
    const { rows } = await this.database.reader(tenant, (tx) => tx.query<DeadLetterWithRaw>(GET, [tenant, id]));
    return rows[0];
  }

  /** Newest first; backwards from a place where it says so. */
  async list(tenant: string, filter: DeadLetterFilter, limit: number, place?: Place): Promise<DeadLetterRow[]> {
    const values = [tenant, ...filterValues(filter), place?.key[0] ?? null, place?.key[1] ?? null, limit];
    const { rows } = await this.database.reader(tenant, (tx) => tx.query<DeadLetterRow>(list(place?.back ?? false), values));
    return rows;
  }
}

function columnsOf(letters: readonly DeadLetter[]): unknown[] {
  const column = <T>(of: (letter: DeadLetter) => T) => letters.map(of);
  return [
    ...[column(({ at }) => new Date(Number(at))), column(({ tenant }) => tenant), column(({ id }) => id)],
    ...[column(({ account }) => account), column(({ cause }) => cause), column(({ detail }) => detail)],
    ...[column(({ service }) => service), column(({ interaction }) => interaction), column(({ mediaType }) => mediaType)],
    ...[column(({ raw }) => raw?.keyId ?? ''), column(({ raw }) => Buffer.from(raw?.box ?? [])), column(({ rawBlob }) => rawBlob)],
    ...[column(({ state }) => state || 'open'), column(({ state, attempts }) => (state ? attempts : 1)), column(({ nextTry }) => new Date(Number(nextTry)))],
  ];
}
