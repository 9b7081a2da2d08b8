import { tenantWall, type Migration } from '@throughline/postgres';

const walls = ['segment', 'segment_link', 'timeline_item', 'segment_summary', 'segment_trait'].map((table) => tenantWall('profile', table));

/**
 * Read models of the profile, kept per segment: a merge writes `segment.customer` only. All of them can be dropped and
 * made again from the log (`rebuild.ts`).
 *
 * No index begins with the tenant: every row is looked up by an id that is unique over all tenants, and of a young table
 * without statistics the planner would take "all rows of the tenant" for as good as any other way (measured: 1,500 ms
 * instead of 5 ms for 500 segments among 1,500).
 */
export const readModels: Migration = {
  name: '1790000000500ProfileReadModels',
  sql: `
CREATE TABLE profile.segment (
  tenant uuid NOT NULL,
  segment uuid NOT NULL,
  -- Keyed hash of the identity; HMAC, so it can be looked up and not read.
  identity_hash bytea NOT NULL,
  generation int NOT NULL,
  namespace text NOT NULL,
  -- The identity's value under the segment's key.
  identity bytea NOT NULL,
  verified boolean NOT NULL,
  -- Segment id of the customer's oldest member by log position.
  customer uuid NOT NULL,
  -- The segment's first event: place, id and time.
  first_position text NOT NULL,
  first_event uuid NOT NULL,
  first_at bigint NOT NULL,
  PRIMARY KEY (segment, tenant),
  UNIQUE (identity_hash, tenant, generation)
);
CREATE INDEX segment_by_customer ON profile.segment (customer);

-- One row each way: (a, b) from the stream of a, (b, a) from the stream of b.
CREATE TABLE profile.segment_link (
  tenant uuid NOT NULL,
  segment uuid NOT NULL,
  peer uuid NOT NULL,
  event uuid NOT NULL,
  -- Interaction that vouched for it.
  cause uuid NOT NULL,
  recorded_at bigint NOT NULL,
  -- True where a gateway vouched for the peer on this segment's channel, not only the other way round.
  vouches boolean NOT NULL,
  PRIMARY KEY (segment, peer, tenant)
);

-- Never a body: that lies in the log, sealed.
CREATE TABLE profile.timeline_item (
  tenant uuid NOT NULL,
  segment uuid NOT NULL,
  interaction uuid NOT NULL,
  -- The version shown: the interaction itself, or its newest revision.
  event uuid NOT NULL,
  revision int NOT NULL,
  occurred_at bigint NOT NULL,
  provider_sequence bigint NOT NULL,
  type text NOT NULL,
  channel text NOT NULL,
  account text NOT NULL,
  conversation bytea NOT NULL,
  direction smallint NOT NULL,
  PRIMARY KEY (interaction, tenant)
);
-- A page reads this index and no row.
CREATE INDEX timeline_page ON profile.timeline_item (segment, occurred_at, provider_sequence, interaction)
  INCLUDE (tenant, event, revision, type, channel, conversation);

CREATE TABLE profile.segment_summary (
  tenant uuid NOT NULL,
  segment uuid NOT NULL,
  channel text NOT NULL,
  account text NOT NULL,
  count bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (segment, channel, account, tenant)
);

-- Which event tells a trait; what it says lies in the event, sealed.
CREATE TABLE profile.segment_trait (
  tenant uuid NOT NULL,
  segment uuid NOT NULL,
  trait text NOT NULL,
  event uuid NOT NULL,
  -- When it was said (Unix ms), and the provider's order within that ms.
  at bigint NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (segment, trait, tenant)
);
${walls.join('\n')}`,
};
