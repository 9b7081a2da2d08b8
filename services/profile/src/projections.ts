import type { Tx } from '@throughline/postgres';
import type { SegmentKey, TenantKeys } from '@throughline/vault';
import type { AppendedEvent } from './appended-event';
import { projectMembership } from './membership.projection';
import { projectSummaries } from './summary.projection';
import { projectTimeline } from './timeline.projection';

/**
 * Folds events of one tenant into the read models, in the transaction that appended them or, in a rebuild, in the order of the
 * log. Each event once; how events are cut into calls makes no difference.
 */
export async function project(
  tx: Tx,
  keys: TenantKeys,
  segmentKeys: ReadonlyMap<string, SegmentKey>,
  events: readonly AppendedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  // One flight to the server: none needs what another finds.
  await Promise.all([
    projectMembership(tx, keys, segmentKeys, events),
    projectTimeline(tx, keys.tenant, events),
    projectSummaries(tx, keys.tenant, events),
  ]);
}
