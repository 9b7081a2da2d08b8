import { broadcasting } from './broadcasting';
import { delivery } from './delivery';
import { ending } from './ending';
import { failures } from './failures';
import { sharing } from './sharing';
import type { BusBench } from './bench';

/** What every driver of the bus promises. `open` is called for each test and gives a bus on empty topics of its own. */
export function busConformance(name: string, open: () => Promise<BusBench>): void {
  describe(`the ${name} bus`, () => {
    let bench: BusBench;
    beforeEach(async () => {
      bench = await open();
      await bench.bus.ensureTopics();
    });
    afterEach(() => bench.close());

    const current = () => bench;
    describe('delivery', () => delivery(current));
    describe('sharing', () => sharing(current));
    describe('failures', () => failures(current));
    describe('broadcasting', () => broadcasting(current));
    describe('ending', () => ending(current));
  });
}
