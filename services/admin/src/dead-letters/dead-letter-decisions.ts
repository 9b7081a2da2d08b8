import { create, toBinary } from '@bufbuild/protobuf';
import type { Bus } from '@throughline/bus';
import { notFound, RedriveSchema, rejected } from '@throughline/contracts';
import type { Database, Tx } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';
import type { Place } from '../config/paging';
import { COLUMNS, filterValues, FITS, type DeadLetterFilter, type DeadLetterRow, type DeadLetterWithRaw } from './dead-letter-table';

export type Action = 'redrive' | 'discard';

/** What somebody decided about a dead letter. */
export interface Decision {
  action: Action;
  /** Empty where none was given. */
  reason: string;
  /** Id of the key that called. */
  by: string;
}

export interface DecisionRow {
  at: Date;
  action: Action;
  reason: string;
  decided_by: string;
}

/** What was given back in one go. */
export interface Redriven {
  letters: DeadLetterRow[];
  /** Others may wait behind them. */
  more: boolean;
}

interface Waiting {
  id: string;
  bytes: number;
}

const WHOLE = `${COLUMNS}, raw_key_id, raw, raw_blob`;
const ONE = `SELECT ${WHOLE} FROM dead_letter WHERE tenant = $1 AND id = $2 FOR UPDATE`;
/** Of raw input given back at once, but always one letter: the bus takes only so much in one go. */
const AT_ONCE_BYTES = 8 * 1024 * 1024;

/** In the order in which they failed first. A parked key that is to be tried now is not asked for again. */
const WAITING = `
  SELECT id, octet_length(raw) AS bytes FROM dead_letter WHERE tenant = $1 AND ${FITS} AND (state = 'open' OR state = 'parked' AND next_try > now())
    AND ($8::timestamptz IS NULL OR (at, id) > ($8, $9::uuid))
  ORDER BY at, id LIMIT $7 FOR UPDATE`;

const THOSE = `SELECT ${WHOLE} FROM dead_letter WHERE tenant = $1 AND id = ANY ($2::uuid[]) ORDER BY at, id`;

/** Of a parked key its service tells what came of it. */
const MARK = `
  UPDATE dead_letter SET state = CASE state WHEN 'parked' THEN state ELSE $3 END, next_try = CASE state WHEN 'parked' THEN now() END
  WHERE tenant = $1 AND id = ANY ($2::uuid[])`;

const RECORD = `
  INSERT INTO dead_letter_decision (at, tenant, letter, action, reason, decided_by)
  SELECT now(), $1, letter, $3, $4, $5 FROM unnest($2::uuid[]) WITH ORDINALITY AS t (letter, nth) ORDER BY nth`;

const DECISIONS = `SELECT at, action, reason, decided_by FROM dead_letter_decision WHERE tenant = $1 AND letter = $2 ORDER BY n LIMIT 200`;

export interface DecisionParts {
  database: Database;
  bus: Pick<Bus, 'publish'>;
  vault: Pick<Vault, 'forTenant'>;
  clock: () => Date;
}

/** Gives dead letters back to the services that set them aside, or lets them go; either is kept on record. */
export class DeadLetterDecisions {
  constructor(private readonly parts: DecisionParts) {}

  /** Throws 404, 409 (`dead-letter-settled`) where nothing is left to decide, 503 where the bus did not take it: then nothing was decided. */
  async decide(tenant: string, id: string, decision: Decision): Promise<void> {
    await this.parts.database.writer([tenant], async (tx) => {
      const { rows: [letter] } = await tx.query<DeadLetterWithRaw>(ONE, [tenant, id]);
      if (!letter) throw notFound('not-found', 'There is no such dead letter.');
      if (isSettled(letter)) throw rejected('dead-letter-settled', `It is ${letter.state} already.`, { status: 409 });
      await this.carryOut(tx, tenant, [letter], decision);
    });
  }

  /** Redrives those that fit and wait behind a place, in the order in which they failed first, up to the limit or as many as go at once. */
  async redriveAll(tenant: string, filter: DeadLetterFilter, limit: number, place: Place | undefined, by: Omit<Decision, 'action'>): Promise<Redriven> {
    return this.parts.database.writer([tenant], async (tx) => {
      const { rows: waiting } = await tx.query<Waiting>(WAITING, [tenant, ...filterValues(filter), limit, place?.key[0] ?? null, place?.key[1] ?? null]);
      const ids = atOnce(waiting);
      const { rows: letters } = await tx.query<DeadLetterWithRaw>(THOSE, [tenant, ids]);
      if (letters.length > 0) await this.carryOut(tx, tenant, letters, { action: 'redrive', ...by });
      return { letters, more: waiting.length === limit || ids.length < waiting.length };
    });
  }

  async of(tenant: string, id: string): Promise<DecisionRow[]> {
    const { rows } = await this.parts.database.reader(tenant, (tx) => tx.query<DecisionRow>(DECISIONS, [tenant, id]));
    return rows;
  }

  /** On the bus last, inside the transaction: what is not out was not decided. A commit that is lost leads to a second redrive, which does no harm. */
  private async carryOut(tx: Tx, tenant: string, letters: readonly DeadLetterWithRaw[], { action, reason, by }: Decision): Promise<void> {
    const ids = letters.map(({ id }) => id);
    await tx.query(MARK, [tenant, ids, action === 'redrive' ? 'redriven' : 'discarded']);
    await tx.query(RECORD, [tenant, ids, action, reason, by]);
    const told = letters.filter(({ state }) => action === 'redrive' || state === 'parked');
    await this.tell(tenant, told, action === 'discard');
  }

  /** One key for a tenant's letters of a service, so that they come back in this order. */
  private async tell(tenant: string, letters: readonly DeadLetterWithRaw[], discard: boolean): Promise<void> {
    const { bus, vault, clock } = this.parts;
    const keys = await vault.forTenant(tenant);
    const at = BigInt(clock().getTime());
    const messages = letters.map((letter) => ({
      key: keys.hash('key', `${letter.service}|redrives`),
      value: toBinary(RedriveSchema, create(RedriveSchema, { ...redriveOf(letter), discard, at })),
    }));
    await bus.publish('redrives', messages);
  }
}

function atOnce(waiting: readonly Waiting[]): string[] {
  let bytes = 0;
  const beyond = waiting.findIndex((letter, nth) => (bytes += letter.bytes) > AT_ONCE_BYTES && nth > 0);
  return waiting.slice(0, beyond < 0 ? undefined : beyond).map(({ id }) => id);
}

/** `redriven` is none: whoever doubts that it came through may redrive it again. */
const isSettled = ({ state }: DeadLetterWithRaw) => state === 'passed' || state === 'discarded';

function redriveOf(letter: DeadLetterWithRaw) {
  const { id, tenant, account, cause, service, interaction, media_type: mediaType, raw_blob: rawBlob, raw_key_id: keyId, raw: box, state } = letter;
  return { id, tenant, account, cause, service, interaction, mediaType, rawBlob, parked: state === 'parked', ...(keyId && { raw: { keyId, box } }) };
}
