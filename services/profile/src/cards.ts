import type { Card } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';
import { latestPointers, traitsAt, traitsColumn, type TraitColumn, type TraitValues } from './trait-values';

export type CardOf = Omit<Card, '$typeName' | '$unknown'>;

interface MemberRow {
  segment: string;
  customer: string;
  traits: TraitColumn;
}

/** LATERAL, so that each row is looked up by its whole key whatever the planner knows of a young table: a join may be made by tenant alone. */
const MEMBERS = `
  SELECT m.segment, m.customer, t.traits
  FROM (SELECT DISTINCT customer FROM segment WHERE tenant = $1 AND segment = ANY ($2::uuid[])) AS c
  CROSS JOIN LATERAL (SELECT segment, customer FROM segment WHERE tenant = $1 AND customer = c.customer OFFSET 0) AS m
  LEFT JOIN LATERAL (${traitsColumn('m.segment')}) AS t ON true`;

export interface CardParts {
  vault: Pick<Vault, 'existingSegmentKeys'>;
  traits: Pick<TraitValues, 'read'>;
}

/** The card of the customer each of these segments belongs to. */
export async function readCards(tx: Tx, { vault, traits }: CardParts, tenant: string, segments: readonly string[]): Promise<Map<string, CardOf>> {
  const { rows } = await tx.query<MemberRow>({ name: 'members-for-cards', text: MEMBERS, values: [tenant, segments] });
  const customers = Map.groupBy(rows, (row) => row.customer);
  const pointers = new Map(Array.from(customers, ([customer, members]) => [customer, latestPointers(members)]));
  const told = await traits.read(tx, tenant, [...pointers.values()].flat(), (unknown) => vault.existingSegmentKeys(tx, tenant, unknown), { remembered: true });
  const cards = new Map<string, CardOf>();
  for (const [customer, members] of customers) {
    const { language } = traitsAt(pointers.get(customer)!, told);
    const card = { customer, membershipVersion: BigInt(members.length), tier: '', language: language?.value ?? '', attention: false };
    for (const { segment } of members) cards.set(segment, card);
  }
  return cards;
}
