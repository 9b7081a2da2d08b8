import { formatIdentity } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey, TenantKeys } from '@throughline/vault';
import { IDENTITY_LINKED, type AppendedEvent } from './appended-event';
import { ownIdentity } from './ledger-event';
import { linkDataOf } from './link-event';
import { mergeCustomers, readSegments, writeLinks, writeSegments, type LinkRow, type SegmentRow } from './membership';

/** The generation every segment has until erasure or a change of hands begins another. */
export const FIRST_GENERATION = 1;

/** Who holds which identity, and who belongs together. */
export async function projectMembership(
  tx: Tx,
  keys: TenantKeys,
  segmentKeys: ReadonlyMap<string, SegmentKey>,
  events: readonly AppendedEvent[],
): Promise<void> {
  const standing = await readSegments(tx, keys.tenant, [...new Set(events.map((event) => event.segment))]);
  const rows = segmentRows(events, (event) => segmentRow(keys, segmentKeys, event));
  await writeSegments(tx, keys.tenant, rows.filter((row) => tellsMore(row, standing.get(row.segment))));
  const links = events.flatMap(linkRow);
  await writeLinks(tx, keys.tenant, links);
  await mergeCustomers(tx, keys.tenant, links);
}

const tellsMore = (row: SegmentRow, verified: boolean | undefined) => verified === undefined || (row.verified && !verified);

/** One row a segment: its first event's, verified where any event says so. */
function segmentRows(events: readonly AppendedEvent[], rowOf: (event: AppendedEvent) => SegmentRow | undefined): SegmentRow[] {
  const rows = new Map<string, SegmentRow>();
  for (const event of events) {
    const row = rows.get(event.segment);
    const verified = event.body?.identities[0]?.verified === true;
    if (row) row.verified ||= verified;
    else {
      const first = rowOf(event);
      if (first) rows.set(event.segment, first);
    }
  }
  return [...rows.values()];
}

/** Undefined where the body is gone: who it was about is forgotten, then. */
function segmentRow(keys: TenantKeys, segmentKeys: ReadonlyMap<string, SegmentKey>, event: AppendedEvent): SegmentRow | undefined {
  const key = segmentKeys.get(event.segment);
  if (!event.body || !key) return undefined;
  const identity = ownIdentity(event.envelope, event.body);
  return {
    segment: event.segment,
    identityHash: keys.hash('identity', formatIdentity(identity)),
    generation: FIRST_GENERATION,
    namespace: identity.namespace,
    identity: key.seal(identityBinding(event.segment), Buffer.from(identity.value)).box,
    verified: event.body.identities[0]?.verified === true,
    firstPosition: event.position,
    firstEvent: event.envelope.id,
    firstAt: event.recordedAt,
  };
}

/** What the sealed value of a segment's identity is bound to. */
export const identityBinding = (segment: string) => `${segment}/identity`;

function linkRow(event: AppendedEvent): LinkRow[] {
  if (event.envelope.type !== IDENTITY_LINKED || !event.body) return [];
  const { peer } = linkDataOf(event.body);
  return [{ segment: event.segment, peer, event: event.envelope.id, cause: event.envelope.causation, recordedAt: event.recordedAt }];
}
