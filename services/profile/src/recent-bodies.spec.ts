import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { BodySchema, EnvelopeSchema } from '@throughline/contracts';
import { RecentBodies } from './recent-bodies';

const tenant = randomUUID();
const planned = (id: string, plain: Buffer) => ({ segment: 's', envelope: create(EnvelopeSchema, { tenant, id }), body: create(BodySchema), plain, digest: Buffer.of(1) });

describe('bodies that were just appended', () => {
  it('are known as long as the log has the same envelope', () => {
    const recent = new RecentBodies();
    const event = planned('e1', Buffer.from('plain'));
    recent.keep(event, Buffer.from('envelope, commitment and all'));
    expect(recent.find({ tenant, id: 'e1', envelope: Buffer.from('envelope, commitment and all') })).toEqual({ body: event.body, plain: event.plain });
    // Its transaction was rolled back, and another process has appended the id with another salt.
    expect(recent.find({ tenant, id: 'e1', envelope: Buffer.from('envelope, another commitment') })).toBeUndefined();
    expect(recent.find({ tenant: randomUUID(), id: 'e1', envelope: Buffer.from('envelope, commitment and all') })).toBeUndefined();
  });

  it('are not known where they are large', () => {
    const recent = new RecentBodies();
    recent.keep(planned('e2', Buffer.alloc(70_000)), Buffer.of(2));
    expect(recent.find({ tenant, id: 'e2', envelope: Buffer.of(2) })).toBeUndefined();
  });
});
