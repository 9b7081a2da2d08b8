import type { Card } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';
import { membersOf } from './membership';
import { latestPointers, TOLD_COLUMNS, traitsAt, type ToldColumns, type TraitValues } from './trait-values';

export type CardOf = Omit<Card, '$typeName' | '$unknown'>;

interface MemberRow extends ToldColumns {
  segment: string;
  customer: string;
}

const MEMBERS = `
  SELECT m.segment, m.customer, t.* FROM ${membersOf('segment, customer')} m
  LEFT JOIN LATERAL (SELECT ${TOLD_COLUMNS} FROM segment_summary WHERE tenant = $1 AND segment = m.segment) AS t ON true`;

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
