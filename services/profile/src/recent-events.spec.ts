import type { Position } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { RecentEvents } from './recent-events';

const at = (n: bigint, generation = 1, xid = 1n): Position => ({ generation, xid, n });
const said = (plain: Buffer) => ({ plain, words: { language: 'de', peer: undefined } });
const envelope = Buffer.from('envelope, commitment and all');
const stored: StoredEvent = {
  ...{ position: at(7n), tenant: 't', stream: 's', version: 1, id: 'e', type: 'message.received', occurredAt: 1, recordedAt: 2, keyId: 'segment:s' },
  ...{ key: Buffer.of(1), digest: Buffer.of(2), box: Buffer.of(3), envelope },
};

describe('events that were just appended', () => {
  it('are known at their place, as long as the log has the same envelope there', () => {
    const recent = new RecentEvents();
    const event = said(Buffer.from('plain'));
    recent.keep(stored, event);
    expect(recent.find({ position: at(7n), envelope: Buffer.from(envelope) })).toEqual(event);
    expect(recent.recall({ position: at(7n), envelope: Buffer.from(envelope) })).toEqual(stored);
    expect(recent.find({ position: at(8n), envelope })).toBeUndefined();
    // The log was restored from a backup, and another event has the number now.
    const other = { position: at(7n), envelope: Buffer.from('envelope, another commitment') };
    expect([recent.find(other), recent.recall(other)]).toEqual([undefined, undefined]);
    for (const position of [at(7n, 2), at(7n, 1, 2n)]) expect(recent.recall({ position, envelope })).toBeUndefined();
  });

  it('are not known any more once they are dropped', () => {
    const recent = new RecentEvents();
    recent.keep(stored, said(Buffer.from('plain')));
    recent.drop([stored]);
    expect(recent.recall(stored)).toBeUndefined();
  });

  it('are not known where they are large', () => {
    const recent = new RecentEvents();
    recent.keep(stored, said(Buffer.alloc(70_000)));
    expect(recent.recall(stored)).toBeUndefined();
  });
});
