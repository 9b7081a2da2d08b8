import type { Database } from '@throughline/postgres';

/** Shut while a rebuild's tables take the place of the live ones. */
export const APPEND_GATE = 'append';

/**
 * The database for those who append to a log with read models: their transactions pass the gate first, so that the switch of a
 * rebuild finds them holding nothing. Who appends past the gate is not passed over all the same, but may meet a deadlock (40P01) with the
 * switch and has to try again.
 */
export const throughGate = (database: Pick<Database, 'writer' | 'notify'>): Pick<Database, 'writer' | 'notify'> => ({
  writer: (tenants, work) => database.writer(tenants, work, APPEND_GATE),
  notify: (channel) => database.notify(channel),
});
