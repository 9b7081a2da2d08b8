import type { Card } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';
import { openTraits } from './summary.projection';
import { foldTraits, type Traits } from './traits';

export type CardOf = Omit<Card, '$typeName' | '$unknown'>;

interface MemberRow {
  segment: string;
  customer: string;
  traits: Buffer | null;
}

/** LATERAL, so that each row is looked up by its whole key whatever the planner knows of a young table: a join may be made by tenant alone. */
const MEMBERS = `
  SELECT m.segment, m.customer, p.traits
  FROM (SELECT DISTINCT customer FROM segment WHERE tenant = $1 AND segment = ANY ($2::uuid[])) AS c
  CROSS JOIN LATERAL (SELECT segment, customer FROM segment WHERE tenant = $1 AND customer = c.customer OFFSET 0) AS m
  LEFT JOIN LATERAL (SELECT traits FROM segment_profile WHERE tenant = $1 AND segment = m.segment LIMIT 1) AS p ON true`;

/** The card of the customer each of these segments belongs to. */
export async function readCards(tx: Tx, vault: Pick<Vault, 'existingSegmentKeys'>, tenant: string, segments: readonly string[]): Promise<Map<string, CardOf>> {
  const { rows } = await tx.query<MemberRow>({ name: 'members-for-cards', text: MEMBERS, values: [tenant, segments] });
  const keys = await vault.existingSegmentKeys(tx, tenant, rows.filter((row) => row.traits).map((row) => row.segment));
  const cards = new Map<string, CardOf>();
  for (const [customer, members] of Map.groupBy(rows, (row) => row.customer)) {
    const traits = members.map((row) => openTraits(row.segment, row.traits, keys.get(row.segment))).reduce<Traits>(foldTraits, {});
    const card = { customer, membershipVersion: BigInt(members.length), tier: '', language: traits.language?.value ?? '', attention: false };
    for (const { segment } of members) cards.set(segment, card);
  }
  return cards;
}
