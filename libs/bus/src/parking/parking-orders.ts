import type { Database } from '@throughline/postgres';
import { PARKED_CHANNEL } from './parking.contract';

const AT_ONCE = `UPDATE parked_key SET next_try = clock_timestamp() WHERE id = $1 AND tenant = $2`;

const LOCK = `SELECT FROM parked_key WHERE id = $1 AND tenant = $2 FOR UPDATE`;
/** Only the one that was decided about: an order comes at least once, and by the second time another message is the first. */
const DROP_HEAD = `DELETE FROM parked_message WHERE lot = $1 AND subject = $2 AND seq = (SELECT min(seq) FROM parked_message WHERE lot = $1)`;

/** What an operator may order of a parked key. */
export interface ParkingOrder {
  tenant: string;
  /** Of the parking, as `ParkedChange` tells. */
  id: string;
  /** Drops the message the key waits for, where it is still the one about `subject`; what follows is tried. */
  discard: boolean;
  /** What the first message was about when this was decided (`About.subject`). */
  subject: string;
}

/** Has a parked key tried at once, whoever of the group attends the lot. One that has passed meanwhile is left alone. */
export async function orderParked(database: Database, { tenant, id, discard, subject }: ParkingOrder): Promise<void> {
  await database.system(async (tx) => {
    const { rowCount } = await tx.query(LOCK, [id, tenant]);
    if (rowCount && discard) await tx.query(DROP_HEAD, [id, subject]);
    await tx.query(AT_ONCE, [id, tenant]);
  });
  database.notify(PARKED_CHANNEL);
}
