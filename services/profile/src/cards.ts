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

/** The card of the customer each of these segments belongs to. */
export async function readCards(tx: Tx, vault: Pick<Vault, 'existingSegmentKeys'>, tenant: string, segments: readonly string[]): Promise<Map<string, CardOf>> {
  const { rows } = await tx.query<MemberRow>({
    name: 'members-for-cards',
    text: `SELECT m.segment, m.customer, p.traits FROM segment m
           LEFT JOIN segment_profile p ON p.tenant = m.tenant AND p.segment = m.segment
           WHERE m.tenant = $1 AND m.customer IN (SELECT customer FROM segment WHERE tenant = $1 AND segment = ANY ($2::uuid[]))`,
    values: [tenant, segments],
  });
  const keys = await vault.existingSegmentKeys(tx, tenant, rows.filter((row) => row.traits).map((row) => row.segment));
  const cards = new Map<string, CardOf>();
  for (const [customer, members] of Map.groupBy(rows, (row) => row.customer)) {
    const traits = members.map((row) => openTraits(row.segment, row.traits, keys.get(row.segment))).reduce<Traits>(foldTraits, {});
    const card = { customer, membershipVersion: BigInt(members.length), tier: '', language: traits.language?.value ?? '', attention: false };
    for (const { segment } of members) cards.set(segment, card);
  }
  return cards;
}
