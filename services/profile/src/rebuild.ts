import type { Position } from '@throughline/contracts';
import type { EventStore, StoredEvent } from '@throughline/event-store';
import type { Database, Tx } from '@throughline/postgres';
import type { SegmentKey, Vault } from '@throughline/vault';
import type { AppendedEvent } from './appended-event';
import type { BodyStore } from './body-store';
import { readEnvelope } from './ledger-event';
import { project } from './projections';

export interface RebuildParts {
  database: Pick<Database, 'relay' | 'writer'>;
  store: Pick<EventStore, 'readLog'>;
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
  bodies: BodyStore;
}

const TABLES = ['segment_trait', 'segment_summary', 'timeline_item', 'segment_link', 'segment'];

/**
 * Drops every read model and makes it again from the log, a page at a time. For a service that is not taking interactions
 * meanwhile. @param pageSize events in one transaction
 */
export async function rebuild(parts: RebuildParts, pageSize = 1000): Promise<void> {
  const cleared = new Set<string>();
  let after: Position | undefined;
  for (;;) {
    const page = await parts.database.relay((tx) => parts.store.readLog(tx, after, pageSize));
    if (page.length === 0) return;
    for (const [tenant, events] of Map.groupBy(page, (event) => event.tenant)) {
      await parts.database.writer([tenant], (tx) => replay(parts, tx, tenant, events, !cleared.has(tenant)));
      cleared.add(tenant);
    }
    after = page.at(-1)!.position;
  }
}

async function replay({ vault, bodies }: RebuildParts, tx: Tx, tenant: string, events: readonly StoredEvent[], first: boolean): Promise<void> {
  if (first) for (const table of TABLES) await tx.query(`DELETE FROM ${table} WHERE tenant = $1`, [tenant]);
  const segmentKeys = await vault.existingSegmentKeys(tx, tenant, [...new Set(events.map((event) => event.stream))]);
  const opened = await Promise.all(events.map((event) => open(bodies, event, segmentKeys.get(event.stream))));
  await project(tx, await vault.forTenant(tenant), segmentKeys, opened);
}

async function open(bodies: BodyStore, event: StoredEvent, key: SegmentKey | undefined): Promise<AppendedEvent> {
  const opened = await bodies.open(event, key);
  return { segment: event.stream, envelope: readEnvelope(event.envelope), body: opened?.body, position: event.position, recordedAt: event.recordedAt };
}
