import { randomBytes } from 'node:crypto';
import type { KeyKind, KeyPort } from '../key-port.contract';

const CHECKS = { tenant: /^[0-9a-f-]{36}$/, id: /^(epoch|raw|config|slot|hash):[a-z0-9][a-z0-9_.-]*$/ };

/** A key port in memory, for tests: it passes the same contract as the files. */
export function memoryKeyPort(): KeyPort {
  const keys = new Map<string, Buffer>();
  const name = (tenant: string, id: string) => {
    if (!CHECKS.tenant.test(tenant) || !CHECKS.id.test(id)) throw new TypeError('Not a key id.');
    return `${tenant}/${id}`;
  };
  return {
    get: async (tenant, id) => keys.get(name(tenant, id)),
    getOrMake: async (tenant, id) => {
      const key = keys.get(name(tenant, id)) ?? randomBytes(32);
      keys.set(name(tenant, id), key);
      return key;
    },
    list: async (tenant: string, kind: KeyKind) => idsOf(keys, `${tenant}/${kind}:`).map((path) => path.slice(tenant.length + 1)),
    tenants: async () => [...new Set(idsOf(keys, '').map((path) => path.split('/')[0]!))],
    destroy: async (tenant, id) => void keys.delete(name(tenant, id)),
  };
}

const idsOf = (keys: Map<string, Buffer>, prefix: string) => [...keys.keys()].filter((path) => path.startsWith(prefix));
