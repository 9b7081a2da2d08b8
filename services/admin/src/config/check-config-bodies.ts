import { isRejected } from '@throughline/contracts';
import type { BodyVerdict, CheckBodies, SealedEvent } from '@throughline/event-store';
import { commitment, isKeysMissing, type TenantKeys, type Vault } from '@throughline/vault';

/** Opens bodies of admin's log and holds them against what their envelopes commit to. */
export function checkConfigBodies(vault: Pick<Vault, 'forTenant'>): CheckBodies {
  return async (tenant, events) => {
    const keys = await vault.forTenant(tenant).catch(unlessMissing);
    if (!keys) return events.map(() => 'keys-missing');
    return Promise.all(events.map((event) => verdictOf(keys, event)));
  };
}

/** Of one tenant they may be missing: the others' are looked at all the same. */
function unlessMissing(error: unknown): undefined {
  if (!isKeysMissing(error)) throw error;
}

async function verdictOf(keys: TenantKeys, { id, keyId, box, commitment: committed }: SealedEvent): Promise<BodyVerdict> {
  try {
    return commitment(id, await keys.open(id, { keyId, box })).equals(committed) ? 'kept' : 'other';
  } catch (error) {
    if (!isRejected(error)) throw error;
    return error.slug === 'key-destroyed' ? 'gone' : 'unopenable';
  }
}
