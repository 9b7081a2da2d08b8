// The disk of PostgreSQL, or of Kafka, has no room left for 10 s beyond the first refusal; then there is room again.
import { setTimeout as wait } from 'node:timers/promises';
import { createRequire } from 'node:module';
import { isReady, until } from '../products/ready.mjs';

const FELT_LIMIT_MS = 60_000;
const HOLD_MS = 10_000;
const BACK_LIMIT_MS = 120_000;

export default {
  name: 'disk-full',
  modes: ['embedded', 'distributed'],
  needs: 'disks',
  drills: ({ product, disks }) =>
    Object.entries(disks).flatMap(([server, disk]) => [
      drill(product, server, disk, () => undefined),
      // What fails inside a transaction is refused; without room for its log the server itself ends.
      ...(server === 'postgres' ? [drill(product, 'postgres, its log too', disk, () => useUpLog(product))] : []),
    ]),
};

const drill = (product, name, disk, worse) => ({
  name,
  begin: async () => {
    disk.fill();
    await worse();
  },
  hold: async (load) => {
    const { total } = load.refusals;
    await until(() => load.refusals.total > total, FELT_LIMIT_MS, 'nobody felt the full disk').catch(() => undefined);
    await wait(HOLD_MS);
  },
  end: async () => disk.empty(),
  over: () => until(() => isReady(product.url), BACK_LIMIT_MS, 'not ready').catch(() => undefined),
});

/** A new segment of the write-ahead log with every switch, until there is no room for one. */
async function useUpLog(product) {
  const { Client } = createRequire(import.meta.url)('pg');
  const client = new Client({ connectionString: product.adminUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    for (let n = 0; n < 200; n += 1) await client.query("SELECT pg_logical_emit_message(false, 'fill', repeat('x', 1000)), pg_switch_wal()");
  } catch {
    // That was the last one.
  } finally {
    await client.end().catch(() => undefined);
  }
}
