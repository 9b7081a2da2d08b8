import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '@throughline/contracts';
import { type Database, roleName, type Role, schemaName, shutGate, type Tx } from '@throughline/postgres';
import type { EventHead } from './event-heads';
import type { Projector } from './rebuild.contract';
import { APPEND_GATE } from './rebuild-gate';
import { readTail } from './rebuild-read';
import type { Shadow } from './rebuild-shadow';

/** Ms to wait for appends in work, and for readers in work. What comes meanwhile waits behind us, so neither is long. */
const WAIT_FOR_APPENDS_MS = 2_000;
const WAIT_FOR_READERS_MS = 100;
/** Below PostgreSQL's deadlock_timeout (1 s) in all: no reader that waits for us is ever the one to be broken off. */
const ATTEMPTS_AT_READERS = 5;
/** Events that are folded while appends wait; who is further behind catches up first. */
const TAIL = 5_000;

const LOCK_NOT_AVAILABLE = '55P03';

/** Not now: somebody held a lock too long, or too much has come meanwhile. Nothing has changed. */
export class NotNow extends Error {}

/**
 * Folds what is left after a position and puts the shadow in the live tables' place, all in one transaction. Appends wait from its
 * beginning, readers only for its end. Throws `NotNow` where it cannot be done in a moment.
 * @returns events folded
 */
export async function switchOver<T>(database: Pick<Database, 'service' | 'owner'>, shadow: Shadow, projector: Projector<T>, after: Position | undefined): Promise<number> {
  try {
    return await database.owner(async (tx) => {
      await shadow.hold(tx);
      await stopAppends(tx, database.service);
      const events = await readAs(tx, database.service, after);
      await foldAs(tx, database.service, shadow, projector, events);
      await stopReaders(tx, shadow);
      await shadow.takeOver(tx);
      return events.length;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) throw new NotNow('a lock was held too long', { cause: error });
    throw error;
  }
}

const become = (tx: Tx, service: string, role: Role, tenants: readonly string[] = []) =>
  tx.query(`SET LOCAL ROLE ${roleName(service, role)}; SET LOCAL tl.tenants = '${tenants.length ? `{${tenants.join(',')}}` : ''}'`);

/** The gate makes appends wait where they hold nothing. The table's lock is the proof: none is in work, whichever way it came. */
async function stopAppends(tx: Tx, service: string): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = ${WAIT_FOR_APPENDS_MS}`);
  await tx.query(shutGate(service, APPEND_GATE));
  await tx.query('LOCK TABLE stream IN SHARE MODE');
}

async function readAs(tx: Tx, service: string, after: Position | undefined): Promise<EventHead[]> {
  await become(tx, service, 'relay');
  const events = await readTail(tx, after, TAIL + 1);
  if (events.length > TAIL) throw new NotNow('too much has come meanwhile');
  return events;
}

async function foldAs<T>(tx: Tx, service: string, shadow: Shadow, projector: Projector<T>, events: readonly EventHead[]): Promise<void> {
  for (const [tenant, own] of Map.groupBy(events, (event) => event.tenant)) {
    await become(tx, service, 'writer', [tenant]);
    await tx.query(`SET LOCAL search_path = ${schemaName(service)}`);
    const opened = await projector.open(tx, tenant, own);
    await shadow.enter(tx);
    await projector.fold(tx, tenant, opened);
  }
  await become(tx, service, 'owner');
}

/** Gives up each time before long: readers that come meanwhile queue behind a lock that is asked for. */
async function stopReaders(tx: Tx, shadow: Shadow): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = ${WAIT_FOR_READERS_MS}`);
  for (let attempt = 1; ; attempt += 1) {
    await tx.query('SAVEPOINT readers');
    try {
      await shadow.lockLive(tx);
      return;
    } catch (error) {
      await tx.query('ROLLBACK TO readers');
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE || attempt === ATTEMPTS_AT_READERS) throw error;
      await delay(WAIT_FOR_READERS_MS / 4);
    }
  }
}
