import { createHash, randomUUID } from 'node:crypto';
import type { NewEvent } from '../event-store.contract';

/** An event to append, of made-up bytes; what a test is about it says itself. */
export function sampleEvent(given: Partial<NewEvent> & Pick<NewEvent, 'tenant'>): NewEvent {
  const id = given.id ?? randomUUID();
  return {
    stream: '5e9e0000-0000-4000-8000-000000000001',
    id,
    type: 'message.received',
    occurredAt: 1_767_225_600_000,
    key: Buffer.alloc(16, 1),
    envelope: Buffer.from(`envelope of ${id}`),
    digest: createHash('sha256').update(id).digest().subarray(0, 16),
    keyId: 'segment:1',
    box: Buffer.from(`box of ${id}`),
    ...given,
  };
}
