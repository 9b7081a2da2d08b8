import { formatIdentity, IDENTITY_LINKED } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey, TenantKeys } from '@throughline/vault';
import type { AppendedEvent } from './appended-event';
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
  await mergeCustomers(tx, keys.tenant, await projectSegments(tx, keys, segmentKeys, events));
}

/** Who holds which identity, and the links between them; whom these join is not looked at. The links come back. */
export async function projectSegments(
  tx: Tx,
  keys: TenantKeys,
  segmentKeys: ReadonlyMap<string, SegmentKey>,
  events: readonly AppendedEvent[],
): Promise<LinkRow[]> {
  const standing = await readSegments(tx, keys.tenant, [...new Set(events.map((event) => event.segment))]);
  await writeSegments(tx, keys.tenant, segmentRows(events, standing, (event) => segmentRow(keys, segmentKeys, event)));
  const links = events.flatMap(linkRow);
  await writeLinks(tx, keys.tenant, links);
  return links;
}

/** A segment that stands is written again only where it becomes verified: making its row seals the identity. */
const tellsMore = (verified: boolean, standing: boolean | undefined) => standing === undefined || (verified && !standing);

/** One row a segment: its first event's, verified where any event says so. */
function segmentRows(events: readonly AppendedEvent[], standing: ReadonlyMap<string, boolean>, rowOf: (event: AppendedEvent) => SegmentRow | undefined): SegmentRow[] {
  const rows: SegmentRow[] = [];
  for (const [segment, own] of Map.groupBy(events, (event) => event.segment)) {
    const verified = own.some((event) => event.verified);
    if (!tellsMore(verified, standing.get(segment))) continue;
    const row = firstOf(own, rowOf);
    if (row) rows.push({ ...row, verified });
  }
  return rows;
}

/** Of the first event that shows one. */
function firstOf(events: readonly AppendedEvent[], rowOf: (event: AppendedEvent) => SegmentRow | undefined): SegmentRow | undefined {
  for (const event of events) {
    const row = rowOf(event);
    if (row) return row;
  }
  return undefined;
}

/** Undefined where the body is not there. Where all of a segment are gone, who it was about is forgotten. */
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
    verified: event.verified,
    firstPosition: event.position,
    firstEvent: event.envelope.id,
    firstAt: event.recordedAt,
  };
}

/** What the sealed value of a segment's identity is bound to. */
export const identityBinding = (segment: string) => `${segment}/identity`;

function linkRow(event: AppendedEvent): LinkRow[] {
  if (event.envelope.type !== IDENTITY_LINKED || !event.body) return [];
  const { peer, vouches } = linkDataOf(event.body);
  return [{ segment: event.segment, peer, vouches, event: event.envelope.id, cause: event.envelope.causation, recordedAt: event.recordedAt }];
}
