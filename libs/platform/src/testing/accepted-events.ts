import type { Message } from '@throughline/bus';
import { randomSalt } from '@throughline/vault';
import { eventOf, type AcceptedEvent } from '../accepted/accepted-event';
import { readAccepted } from '../accepted/read-accepted';
import type { Runtime } from '../runtime.contract';

/** Messages on `interactions` as the events that become of them. */
export async function acceptedEvents({ vault, blobs }: Pick<Runtime, 'vault' | 'blobs'>, batch: readonly Message[]): Promise<AcceptedEvent[]> {
  const events: AcceptedEvent[] = [];
  for (const { tenant, key, value } of batch) {
    const keys = await vault.forTenant(tenant!);
    events.push(eventOf(await readAccepted(keys, blobs, value), { keys, key, salt: randomSalt(16) }));
  }
  return events;
}
