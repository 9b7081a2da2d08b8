import { hash, randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { EnvelopeSchema } from '@throughline/contracts';
import type { NewEvent } from '../event-store.contract';
import type { BodyVerdict, SealedEvent } from '../verify.contract';

/** What the envelope of a test's event commits to: its id and its box, which is not sealed here. */
const committed = (id: string, box: Uint8Array) => hash('sha256', Buffer.concat([Buffer.from(id), box]), 'buffer');

/** An event to append whose envelope is a real one and says what the columns beside it say. */
export function envelopedEvent(given: Partial<NewEvent> & Pick<NewEvent, 'tenant' | 'stream'>): NewEvent {
  const id = given.id ?? randomUUID();
  const { type = 'message.received', occurredAt = 1_767_225_600_000, key = Buffer.alloc(16, 1), box = Buffer.from(`box of ${id}`) } = given;
  const envelope = create(EnvelopeSchema, { id, type, typeVersion: 1, tenant: given.tenant, key, occurredAt: BigInt(occurredAt), commitment: committed(id, box) });
  const digest = hash('sha256', box, 'buffer').subarray(0, 16);
  return { id, type, occurredAt, key, box, digest, keyId: 'segment:1', envelope: toBinary(EnvelopeSchema, envelope), ...given };
}

/** Bodies of such events need no key. */
export const checkOpenBodies = async (_tenant: string, events: readonly SealedEvent[]): Promise<BodyVerdict[]> =>
  events.map(({ id, box, commitment }) => (committed(id, box).equals(commitment) ? 'kept' : 'other'));
