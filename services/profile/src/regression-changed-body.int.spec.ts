// One changed bit in one body, or in the blob that holds it, held up everything that is published, of every tenant, for ever; and neither the
// customer's timeline nor a rebuild went past it.
import { rejected, tenantId } from '@throughline/contracts';
import { rebuildReadModels } from '@throughline/event-store';
import { Client } from 'pg';
import { profileProjector } from './rebuild';
import { BodyStore } from './body-store';
import { ProfileBench } from './testing/profile-bench';

let bench: ProfileBench;
beforeAll(async () => {
  bench = await ProfileBench.open();
  await bench.post({ id: 'changed', identities: ['phone:+14155550100'] }, { id: 'also', identities: ['phone:+14155550100'] });
  await bench.handlers.take(await bench.messages([{ id: 'next' }], tenantId('another')));
  const admin = new Client({ connectionString: bench.db.adminUrl });
  await admin.connect();
  await admin.query('UPDATE profile.event_body SET box = set_byte(box, 20, get_byte(box, 20) # 1) WHERE n = (SELECT min(n) FROM profile.event)').finally(() => admin.end());
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

it('is told, a blob of other bytes too', async () => {
  const told: string[] = [];
  await bench.post({ id: 'large', text: 'x'.repeat(300_000) });
  const event = (await bench.readLog()).at(-1)!;
  const keys = await bench.db.database.relay((tx) => bench.vault.existingSegmentKeys(tx, event.tenant, [event.stream]));
  const blobs = { ...bench.blobs, get: () => Promise.reject(rejected('blob-hash-mismatch', 'other bytes')) };
  expect(await new BodyStore(blobs, (id) => told.push(id)).open(event, keys.get(event.stream))).toBeUndefined();
  expect(told).toEqual([event.id]);
});
