import type { Position } from '@throughline/contracts';
import type { Projector, StoredEvent } from '@throughline/event-store';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey, TenantKeys, Vault } from '@throughline/vault';
import { appendedEvent, type AppendedEvent } from './appended-event';
import type { BodyStore } from './body-store';
import { readEnvelope } from './ledger-event';
import { joinAll } from './membership';
import { projectSegments } from './membership.projection';
import { project } from './projections';
import { projectSummaries } from './summary.projection';
import { projectTimeline } from './timeline.projection';

export interface RebuildParts {
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
  bodies: Pick<BodyStore, 'open'>;
}

/** Events of one tenant in the open, with the keys of their segments. */
export interface OpenedEvents {
  keys: TenantKeys;
  segmentKeys: Map<string, SegmentKey>;
  events: AppendedEvent[];
}

const TABLES = ['segment', 'segment_link', 'timeline_item', 'segment_summary'];

/**
 * How the profile's read models are made anew from its log: by the fold that makes them live. Two things hang on more than one stream:
 * a revision, which may name another identity than its interaction did, and who belongs together.
 */
export function profileProjector({ vault, bodies }: RebuildParts): Projector<OpenedEvents> {
  return {
    tables: TABLES,
    open: async (tx, tenant, events) => {
      const segmentKeys = await vault.existingSegmentKeys(tx, tenant, [...new Set(events.map((event) => event.stream))]);
      return { keys: await vault.forTenant(tenant), segmentKeys, events: await openAll(bodies, events, segmentKeys) };
    },
    fold: (tx, _tenant, { keys, segmentKeys, events }) => project(tx, keys, segmentKeys, events),
    foldRange,
    foldLater: (tx, tenant, { events }) => projectTimeline(tx, tenant, events),
    join: joinAll,
  };
}

async function foldRange(tx: Tx, tenant: string, { keys, segmentKeys, events }: OpenedEvents): Promise<Position[]> {
  await Promise.all([
    projectSegments(tx, keys, segmentKeys, events),
    projectTimeline(tx, tenant, events.filter((event) => !isRevision(event))),
    projectSummaries(tx, tenant, events),
  ]);
  return events.filter(isRevision).map(({ position }) => position);
}

const isRevision = ({ envelope }: AppendedEvent) => envelope.revises !== '';

async function openAll(bodies: RebuildParts['bodies'], events: readonly StoredEvent[], keys: ReadonlyMap<string, SegmentKey>): Promise<AppendedEvent[]> {
  const opened: AppendedEvent[] = [];
  for (const event of events) {
    const body = await bodies.open(event, keys.get(event.stream));
    opened.push(appendedEvent({ segment: event.stream, envelope: readEnvelope(event.envelope), body: body?.body }, event));
  }
  return opened;
}
