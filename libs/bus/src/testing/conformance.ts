import { broadcasting } from './broadcasting';
import { delivery } from './delivery';
import { ending } from './ending';
import { failures } from './failures';
import { fairnessOfTenants } from './fairness';
import { parking } from './parking';
import { sharing } from './sharing';
import type { BusBench } from './bench';

/**
 * What every driver of the bus promises. `open` is called for each test and gives a bus on empty topics of its own.
 * Where its bench cannot `kill`, `mortal: false` says so, and the test of a sudden death is reported as skipped.
 */
export function busConformance(name: string, open: () => Promise<BusBench>, { mortal = true } = {}): void {
  describe(`the ${name} bus`, () => {
    let bench: BusBench;
    beforeEach(async () => {
      bench = await open();
      await bench.bus.ensureTopics();
    });
    afterEach(() => bench.close());

    const current = () => bench;
    describe('delivery', () => delivery(current));
    describe('sharing', () => sharing(current, mortal));
    describe('failures', () => failures(current));
    describe('parking', () => parking(current));
    describe('fairness', () => fairnessOfTenants(current));
    describe('broadcasting', () => broadcasting(current));
    describe('ending', () => ending(current));
  });
}
