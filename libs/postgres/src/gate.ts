import { schemaName } from './roles';

/** Key of a gate's advisory lock. Services may share a database, and advisory locks belong to the database. */
function gateKey(service: string, gate: string): string {
  if (!/^[a-z][a-z-]{0,19}$/.test(gate)) throw new Error(`not a gate: ${gate}`);
  return `hashtextextended('gate ${schemaName(service)} ${gate}', 0)`;
}

/** SQL by which a transaction passes a gate: any number at once, until they end. */
export const passGate = (service: string, gate: string) => `SELECT pg_advisory_xact_lock_shared(${gateKey(service, gate)})`;

/** SQL by which a transaction shuts a gate until it ends: it waits for those that have passed, and who comes later waits for it. */
export const shutGate = (service: string, gate: string) => `SELECT pg_advisory_xact_lock(${gateKey(service, gate)})`;
