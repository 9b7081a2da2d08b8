import type { BlobStreams } from './blob.contract';

const DAY_MS = 86_400_000;
/** The epoch's day, the topics' 14, one for late segments, and one more: never before the key that opens it is gone. */
const TRANSIT_DAYS = 17;
/** The key's month, its 90 days, and one more. */
const RAW_DAYS = 122;
/** Longer than anybody is at one upload. */
const UPLOAD_DAYS = 2;

/**
 * Deletes what nobody can or may open any more: transit and raw blobs a day after their keys' time, and what uploads, crashes
 * and deletes left behind. How many. It lists what there is of these classes: once a day, in one process. `log` and
 * `attachment` go by other rules.
 */
export async function expireBlobs(store: Pick<BlobStreams, 'expire' | 'sweep'>, now: Date): Promise<number> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const transit = await store.expire('transit', daysAgo(TRANSIT_DAYS));
  const raw = await store.expire('raw', daysAgo(RAW_DAYS));
  return transit + raw + (await store.sweep(daysAgo(UPLOAD_DAYS)));
}
