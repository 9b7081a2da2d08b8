import { uuidBytes, type Tx } from '@throughline/postgres';
import { ChainWalk, genesis } from './chain';

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

/** Walks the chain of a stream and compares its end with the head that is kept. */
export async function verify(tx: Tx, tenant: string, stream: string): Promise<{ intact: true } | { intact: false; version: number }> {
  const walk = new ChainWalk(genesis(uuidBytes(tenant), uuidBytes(stream)));
  for (;;) {
    const { rows } = await tx.query<ChainRow>(CHAIN, [tenant, stream, walk.end.version]);
    for (const row of rows) {
      if (!walk.step({ ...row, version: Number(row.version), groupStart: Number(row.group_start) })) return { intact: false, version: walk.end.version };
    }
    if (rows.length < PAGE) break;
  }
  const { rows } = await tx.query<{ version: string; head: Buffer }>(HEAD, [tenant, stream]);
  const { version, head } = walk.end;
  const whole = rows[0] ? Number(rows[0].version) === version && Buffer.compare(rows[0].head, head) === 0 : version === 0;
  return whole ? { intact: true } : { intact: false, version: version + 1 };
}
