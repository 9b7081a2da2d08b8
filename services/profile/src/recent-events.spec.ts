import { create } from '@bufbuild/protobuf';
import { BodySchema, type Position } from '@throughline/contracts';
import { RecentEvents } from './recent-events';

const at = (n: bigint): Position => ({ generation: 1, xid: 1n, n });
const planned = (plain: Buffer) => ({ body: create(BodySchema), plain });
const envelope = Buffer.from('envelope, commitment and all');

describe('events that were just appended', () => {
  it('are known at their place, as long as the log has the same envelope there', () => {
    const recent = new RecentEvents();
    const event = planned(Buffer.from('plain'));
    recent.keep({ position: at(7n), told: {} }, event, envelope);
    expect(recent.find({ position: at(7n), envelope: Buffer.from(envelope) })).toEqual({ ...event, told: {} });
    expect(recent.find({ position: at(8n), envelope })).toBeUndefined();
    // The log was restored from a backup, and another event has the number now.
    expect(recent.find({ position: at(7n), envelope: Buffer.from('envelope, another commitment') })).toBeUndefined();
  });

  it('are not known where they are large', () => {
    const recent = new RecentEvents();
    recent.keep({ position: at(7n), told: {} }, planned(Buffer.alloc(70_000)), envelope);
    expect(recent.find({ position: at(7n), envelope })).toBeUndefined();
  });
});
