import { Bell } from '../bell';
import { silent } from '../bus-log';
import { groupOf } from '../testing/bench';
import { Attendant } from './attendant';
import type { ParkingLot } from './parking-lot';

/** A lot in which a key is due. */
function dueLot(): ParkingLot {
  const lease = { lost: new AbortController().signal, release: async () => undefined };
  const database = { listen: async () => ({ close: async () => undefined }), lease: async () => lease };
  return { parking: { database }, tellChanges: async () => undefined, nextDueMs: async () => 0, due: async () => [] } as unknown as ParkingLot;
}

// It looked for the time at which the next key was due, which was over, without a pause: a thousand statements a second.
it('whoever attends a lot and is paused rests, though a key is due', async () => {
  const waited = Promise.withResolvers<number>();
  jest.spyOn(Bell.prototype, 'wait').mockImplementationOnce(async (ms) => waited.resolve(ms));
  const attendant = new Attendant({ lot: dueLot(), options: groupOf('paused', async () => undefined), log: silent, name: 'paused' });
  attendant.pause();
  attendant.start();
  const ms = await waited.promise;
  await attendant.close();
  expect(ms).toBe(10_000);
});
