import { formatIdentity, isRefusal, malformed, normaliseIdentity, notFound, segmentId, type FieldError, type IdentityClaim } from '@throughline/contracts';
import type { Directory } from '@throughline/platform';
import type { Tx } from '@throughline/postgres';
import type { TenantKeys } from '@throughline/vault';
import { validate as isUuid } from 'uuid';
import { FIRST_GENERATION } from '../membership.projection';
import { segmentsOf } from './customer-reader';

/** The id of the segment that names a customer: her own, or that of any of her members. Throws 404 (`customer-not-found`) where the text is no id. */
export function memberId(id: string): string {
  if (!isUuid(id)) throw customerNotFound();
  return id.toLowerCase();
}

/** All segments of the customer who answers to this id. Throws 404 (`customer-not-found`), also for another tenant's. */
export async function findSegments(tx: Tx, tenant: string, id: string): Promise<string[]> {
  const segments = await segmentsOf(tx, tenant, memberId(id));
  if (segments.length === 0) throw customerNotFound();
  return segments;
}

/** The segments that hold these identities, in the order of the claims. Exact, over keyed hashes. */
export const segmentsOfIdentities = (keys: TenantKeys, texts: readonly string[]): string[] =>
  texts.map((text) => segmentId(keys.tenant, keys.hash('identity', text), FIRST_GENERATION));

export const customerNotFound = () => notFound('customer-not-found', 'There is no such customer.');

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
