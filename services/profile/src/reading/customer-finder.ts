import { formatIdentity, isRefusal, malformed, normaliseIdentity, notFound, segmentId, type FieldError, type IdentityClaim } from '@throughline/contracts';
import type { Directory } from '@throughline/platform';
import type { Tx } from '@throughline/postgres';
import type { TenantKeys } from '@throughline/vault';
import { validate as isUuid } from 'uuid';
import { FIRST_GENERATION } from '../membership.projection';
import { customersOf } from './customer-reader';

/** The customer who answers to this id: her own, or that of any of her members. Throws 404 (`customer-not-found`), also for another tenant's. */
export async function findCustomer(tx: Tx, tenant: string, id: string): Promise<string> {
  const customer = isUuid(id) ? (await customersOf(tx, tenant, [id])).get(id.toLowerCase()) : undefined;
  if (!customer) throw notFound('customer-not-found', 'There is no such customer.');
  return customer;
}

/** The customers who hold these identities, each once, in the order of the claims. Exact, over keyed hashes. */
export async function findByIdentities(tx: Tx, keys: TenantKeys, texts: readonly string[]): Promise<string[]> {
  const segments = texts.map((text) => segmentId(keys.tenant, keys.hash('identity', text), FIRST_GENERATION));
  const customers = await customersOf(tx, keys.tenant, segments);
  return [...new Set(segments.flatMap((segment) => customers.get(segment) ?? []))];
}

/** The claims in their one written form. Throws 400 naming each that names nobody. @param pointerOf where the caller wrote claim n */
export function normalTexts(directory: Pick<Directory, 'tenant'>, tenant: string, claims: readonly IdentityClaim[], pointerOf: (index: number) => string): string[] {
  const region = directory.tenant(tenant)?.region || undefined;
  const errors: FieldError[] = [];
  const texts = claims.flatMap((claim, index) => {
    const normal = normaliseIdentity(claim, region);
    if (!isRefusal(normal)) return [formatIdentity(normal)];
    errors.push({ pointer: pointerOf(index), ...normal });
    return [];
  });
  if (errors.length > 0) throw malformed('An identity names nobody.', errors);
  return texts;
}
