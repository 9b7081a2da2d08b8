import type { Migration } from '@throughline/postgres';

/** A pointer of `segment_trait` as `writePointer` has it (trait-pointer.ts). */
const pointer = `int8send(t.at # '-9223372036854775808'::bigint) || int8send(t.sequence # '-9223372036854775808'::bigint) || uuid_send(t.event)`;

const told = (trait: string) => `
UPDATE profile.segment_summary s SET told_${trait} = ${pointer} FROM profile.segment_trait t
  WHERE t.trait = '${trait}' AND t.segment = s.segment AND t.tenant = s.tenant AND (s.channel, s.account) =
    (SELECT o.channel, o.account FROM profile.segment_summary o WHERE o.segment = s.segment AND o.tenant = s.tenant ORDER BY o.channel, o.account LIMIT 1);`;

/**
 * What a segment's traits point to stands in its summaries, so that an interaction writes one row of the two (decision 23). Whoever reads
 * takes the greatest over a segment's rows, so it does not matter in which of them a pointer lands. Nearly every interaction updates its
 * row: room in the page keeps the update out of the index (with none left, three of four went into it).
 */
export const traitsInSummaries: Migration = {
  name: '1795910000000TraitsInSummaries',
  sql: `
ALTER TABLE profile.segment_summary SET (fillfactor = 60), ADD told_name bytea NOT NULL DEFAULT '', ADD told_language bytea NOT NULL DEFAULT '';
COMMENT ON COLUMN profile.segment_summary.told_name IS 'the event that tells the name: when (8 bytes, Unix ms, sign flipped), provider sequence (8), event id (16); empty: none';
COMMENT ON COLUMN profile.segment_summary.told_language IS 'the same of the language';
ALTER TABLE profile.segment_summary NO FORCE ROW LEVEL SECURITY;
ALTER TABLE profile.segment_trait NO FORCE ROW LEVEL SECURITY;
${told('name')}${told('language')}
ALTER TABLE profile.segment_summary FORCE ROW LEVEL SECURITY;
DROP TABLE profile.segment_trait;`,
};
