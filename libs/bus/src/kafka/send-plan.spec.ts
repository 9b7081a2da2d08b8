import fc from 'fast-check';
import type { Outgoing } from '../outgoing';
import { sendPlan } from './send-plan';

const message = (partition: number, bytes: number): Outgoing => ({ topic: 'interactions', partition, key: Buffer.from('k'), value: Buffer.alloc(bytes) });
const messages = fc.array(fc.record({ partition: fc.integer({ min: 0, max: 3 }), bytes: fc.constantFrom(10, 400_000, 600_000, 2_000_000) }), { maxLength: 20 });

describe('the plan of sends', () => {
  it('keeps the order and every message', () => {
    fc.assert(
      fc.property(messages, (sizes) => {
        const all = sizes.map(({ partition, bytes }) => message(partition, bytes));
        expect(sendPlan(all).flat()).toEqual(all);
      }),
    );
  });

  it('gives no partition more than 900 kB in one send, but one larger message alone', () => {
    fc.assert(
      fc.property(messages, (sizes) => {
        for (const send of sendPlan(sizes.map(({ partition, bytes }) => message(partition, bytes)))) {
          for (const partition of [0, 1, 2, 3]) {
            const held = send.filter((sent) => sent.partition === partition);
            if (held.length > 1) expect(held.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThanOrEqual(900_000);
          }
        }
      }),
    );
  });

  it('sends small messages together', () => {
    expect(sendPlan(Array.from({ length: 500 }, (_, index) => message(index % 4, 600))).length).toBe(1);
  });
});
