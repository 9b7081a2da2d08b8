import { isRejected } from '@throughline/contracts';
import type { BodyVerdict, CheckBodies, SealedEvent } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';
import { commitment, isKeysMissing, type SegmentKey, type Vault } from '@throughline/vault';
import type { BodyStore } from './body-store';

export interface CheckBodiesParts {
  database: Pick<Database, 'relay'>;
  vault: Pick<Vault, 'existingSegmentKeys' | 'missingSegmentKeys'>;
  bodies: BodyStore;
}

/** Opens bodies of this service's log and holds them against what their envelopes commit to. Makes no key. */
export function checkBodies({ database, vault, bodies }: CheckBodiesParts): CheckBodies {
  return async (tenant, events) => {
    const segments = [...new Set(events.map(({ stream }) => stream))];
    const keys = await database.relay((tx) => vault.existingSegmentKeys(tx, tenant, segments)).catch(noneIfMissing);
    const unknown = segments.filter((segment) => !keys.has(segment));
    const missing = unknown.length > 0 ? await database.relay((tx) => vault.missingSegmentKeys(tx, tenant, unknown)) : undefined;
    // One after the other: all bodies of a page open at once may not fit into memory.
    const verdicts: BodyVerdict[] = [];
    for (const event of events) verdicts.push(missing?.has(event.stream) ? 'keys-missing' : await verdictOf(bodies, event, keys.get(event.stream)));
    return verdicts;
  };
}

/** Where a tenant's keys are missing, those of others are looked at all the same. */
function noneIfMissing(error: unknown): Map<string, SegmentKey> {
  if (isKeysMissing(error)) return new Map();
  throw error;
}

async function verdictOf(bodies: BodyStore, event: SealedEvent, key: SegmentKey | undefined): Promise<BodyVerdict> {
  if (key && key.keyId !== event.keyId) return 'unopenable';
  try {
    const plain = await bodies.plain(event, key);
    if (!plain) return 'gone';
    return commitment(event.id, plain).equals(event.commitment) ? 'kept' : 'other';
  } catch (error) {
    return refusal(error);
  }
}

/** A body that does not open is what is looked for; a store that does not answer is not. */
function refusal(error: unknown): BodyVerdict {
  const slug = isRejected(error) ? error.slug : undefined;
  if (slug === 'unopenable' || slug === 'blob-missing') return slug;
  throw error;
}
