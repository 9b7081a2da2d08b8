import { uuidBytes, type Tx } from '@throughline/postgres';
import { advance, chainStart, sameBytes, type ChainState } from './chain';

const PAGE = 1_000;
const CHAIN = `SELECT version, group_start, envelope, chain FROM event
  WHERE tenant = $1 AND stream = $2 AND version > $3 ORDER BY version LIMIT ${PAGE}`;
const HEAD = 'SELECT version, head FROM stream WHERE tenant = $1 AND stream = $2';

interface ChainRow {
  version: string;
  group_start: string;
  envelope: Buffer;
  chain: Buffer;
}

/** Walks the chain of a stream and compares its end with the head that is kept. `verifyLog` says what is wrong, too. */
export async function verify(tx: Tx, tenant: string, stream: string): Promise<{ intact: true } | { intact: false; version: number }> {
  let state = chainStart(uuidBytes(tenant), uuidBytes(stream));
  for (;;) {
    const { rows } = await tx.query<ChainRow>(CHAIN, [tenant, stream, state.version]);
    for (const row of rows) {
      const next = follow(state, row);
      if (!next) return { intact: false, version: state.version + 1 };
      state = next;
    }
    if (rows.length < PAGE) break;
  }
  const { rows } = await tx.query<{ version: string; head: Buffer }>(HEAD, [tenant, stream]);
  const whole = rows[0] ? Number(rows[0].version) === state.version && sameBytes(rows[0].head, state.head) : state.version === 0;
  return whole ? { intact: true } : { intact: false, version: state.version + 1 };
}

/** Undefined where the row is not the event that was appended next. */
function follow(state: ChainState, row: ChainRow): ChainState | undefined {
  const next = advance(state, { envelope: row.envelope, groupStart: Number(row.group_start) });
  return next && next.version === Number(row.version) && sameBytes(next.head, row.chain) ? next : undefined;
}
