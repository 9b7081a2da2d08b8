import { readEnvelope, type Position } from '@throughline/contracts';
import type { EventHead, Projector } from '@throughline/event-store';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey, TenantKeys, Vault } from '@throughline/vault';
import { appendedEvent, type AppendedEvent } from './appended-event';
import { joinAll } from './membership';
import { projectSegments } from './membership.projection';
import { project } from './projections';
import { openNeeded, type OpeningParts } from './rebuild-bodies';
import { projectSummaries } from './summary.projection';
import { projectTimeline } from './timeline.projection';

export interface RebuildParts extends OpeningParts {
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
}

/** Events of one tenant, in the open where that is needed, with the keys of their segments. */
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
export function profileProjector(parts: RebuildParts): Projector<OpenedEvents> {
  return {
    tables: TABLES,
    open: async (tx, tenant, heads) => {
      const segmentKeys = await parts.vault.existingSegmentKeys(tx, tenant, [...new Set(heads.map(({ stream }) => stream))]);
      const events = heads.map((head) => ({ head, envelope: readEnvelope(head.envelope) }));
      const bodies = await openNeeded(parts, tx, tenant, events, segmentKeys);
      const appended = events.map(({ head, envelope }) => appendedEvent({ segment: head.stream, envelope, body: bodies.get(envelope.id) }, head));
      return { keys: await parts.vault.forTenant(tenant), segmentKeys, events: appended };
    },
    fold: (tx, _tenant, { keys, segmentKeys, events }) => project(tx, keys, segmentKeys, events),
    foldRange,
    foldLater: (tx, tenant, heads) => projectTimeline(tx, tenant, heads.map(unopened)),
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

const unopened = (head: EventHead) => appendedEvent({ segment: head.stream, envelope: readEnvelope(head.envelope), body: undefined }, head);

const isRevision = ({ envelope }: AppendedEvent) => envelope.revises !== '';
