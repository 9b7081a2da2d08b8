import type { Credential } from '../runtime.contract';

/** True where the key may post interactions of this account. */
export const mayIngest = ({ scopes }: Credential, account: string) => scopes.includes('ingest') || scopes.includes(`ingest:${account}`);

/** True where `verified: true` of this key counts in this namespace. */
export const mayVouch = ({ scopes }: Credential, namespace: string) => scopes.includes('vouch:*') || scopes.includes(`vouch:${namespace}`);

/** True where the key has the scope; `ingest` and `vouch` are also had where it has them for some account or namespace only. */
export const hasScope = ({ scopes }: Credential, wanted: string) =>
  scopes.includes(wanted) || ((wanted === 'ingest' || wanted === 'vouch') && scopes.some((scope) => scope.startsWith(`${wanted}:`)));
