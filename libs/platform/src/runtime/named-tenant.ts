import { isId } from '@throughline/contracts';
import { isKeysMissing, type TenantKeys, type Vault } from '@throughline/vault';
import type { Directory } from '../runtime.contract';

/** Whether the configuration knows this tenant. */
export type IsTenant = (tenant: string) => boolean;

export const knownTo = (directory: Pick<Directory, 'tenant'>): IsTenant => (tenant) => directory.tenant(tenant) !== undefined;

/**
 * Keys of the tenant that a message names; undefined where that is nobody. Whoever may write to the broker may name whom he likes: where keys are
 * missing, only those of a tenant may come yet. Then, and beside it, throws as `forTenant` does.
 */
export async function keysOfNamed(vault: Pick<Vault, 'forTenant'>, isTenant: IsTenant, tenant: string): Promise<TenantKeys | undefined> {
  if (!isId(tenant)) return undefined;
  return vault.forTenant(tenant).catch((error: unknown) => {
    if (isKeysMissing(error) && !isTenant(tenant)) return undefined;
    throw error;
  });
}
