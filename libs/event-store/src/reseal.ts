import { byteaArray, int8Array, textArray, type Tx } from '@throughline/postgres';

const AT_ONCE = 500;

/** A body as it lies beside its event. */
export interface LyingBody {
  /** Of its event. */
  id: string;
  keyId: string;
  box: Uint8Array;
}

/** The same body under another key. May not change what is in it: the event commits to that. */
export type Reseal = (body: LyingBody) => Promise<Pick<LyingBody, 'keyId' | 'box'>>;

const KEYS = 'SELECT DISTINCT key_id FROM event_body WHERE tenant = $1';

/** Whoever destroys a body meanwhile waits, or is waited for. */
const UNDER = `
  SELECT b.n, e.id, b.key_id AS "keyId", b.box FROM event_body b JOIN event e ON e.n = b.n AND e.tenant = b.tenant
  WHERE b.tenant = $1 AND b.key_id = ANY ($2) ORDER BY b.n LIMIT ${AT_ONCE} FOR UPDATE OF b`;

const PUT = `
  UPDATE event_body SET key_id = anew.key_id, box = anew.box FROM unnest($2::bigint[], $3::text[], $4::bytea[]) AS anew (n, key_id, box)
  WHERE event_body.tenant = $1 AND event_body.n = anew.n`;

/** Ids of the keys that a tenant's bodies lie under. Reads them all: for a log of few keys, whose bodies are not sealed by segment. */
export async function bodyKeyIds(tx: Tx, tenant: string): Promise<string[]> {
  return (await tx.query<{ key_id: string }>(KEYS, [tenant])).rows.map((row) => row.key_id);
}

/**
 * Seals some of the bodies anew that lie under these keys, at most 500: call it, a transaction each, until there are none. Chains
 * and digests stay as they are, since they cover commitments and not boxes. Writer role. How many.
 */
export async function resealBodies(tx: Tx, tenant: string, under: readonly string[], reseal: Reseal): Promise<number> {
  const { rows } = await tx.query<LyingBody & { n: string }>(UNDER, [tenant, under]);
  if (rows.length === 0) return 0;
  const anew = await Promise.all(rows.map(reseal));
  const columns = [int8Array(rows.map(({ n }) => BigInt(n))), textArray(anew.map(({ keyId }) => keyId)), byteaArray(anew.map(({ box }) => box))];
  await tx.query(PUT, [tenant, ...columns]);
  return rows.length;
}
