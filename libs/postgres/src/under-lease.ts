import type { Database, Lease } from './database.contract';

/**
 * Waits for the lease of this name, works under it, and gives it back; `lost` aborts where its session ends first. Does nothing
 * where `ending` comes before the lease. Throws what `work` throws.
 */
export async function underLease(database: Pick<Database, 'lease'>, name: string, ending: AbortSignal, work: (lost: AbortSignal) => Promise<void>): Promise<void> {
  const lease = await leaseOrEnd(database, name, ending);
  if (!lease) return;
  try {
    await work(lease.lost);
  } finally {
    await lease.release();
  }
}

async function leaseOrEnd(database: Pick<Database, 'lease'>, name: string, ending: AbortSignal): Promise<Lease | undefined> {
  try {
    return await database.lease(name, ending);
  } catch (error) {
    if (ending.aborted) return undefined;
    throw error;
  }
}
