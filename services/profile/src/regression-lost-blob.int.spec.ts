// One large body whose blob is gone (a blob store restored from an older copy, a lost disk) held up everything that is published, of every
// tenant, for ever; and neither the customer's timeline nor a rebuild went past it.
import { rebuildReadModels } from '@throughline/event-store';
import { profileProjector } from './rebuild';
import { ProfileBench } from './testing/profile-bench';

let bench: ProfileBench;
beforeAll(async () => {
  bench = await ProfileBench.open();
  const { put } = bench.blobs;
  bench.blobs.put = (tenant, id) => put.call(bench.blobs, tenant, id, Buffer.alloc(0)).then(() => bench.blobs.delete(tenant, id));
  await bench.post({ id: 'lost', identities: ['phone:+14155550100'], text: 'x'.repeat(300_000) });
  bench.blobs.put = put;
  await bench.post({ id: 'next', identities: ['phone:+14155550199'] }, { id: 'also', identities: ['phone:+14155550100'] });
});
afterAll(() => bench.close());

it('does not hold up what is published after it', async () => {
  bench.recent.drop(await bench.readLog());
  await bench.relay.publish(await bench.readLog());
  expect(bench.published).toHaveLength(3);
});

it("does not hide the rest of the customer's timeline", async () => {
  expect((await bench.timeline((await bench.customer('phone:+14155550100'))!.customerId)).items).toHaveLength(2);
});

it('does not end every rebuild', async () => {
  const { store, vault, bodies, db } = bench;
  await rebuildReadModels(profileProjector({ store, vault, bodies }), { database: db.database });
});
