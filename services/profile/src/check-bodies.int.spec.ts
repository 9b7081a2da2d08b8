import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { BodySchema } from '@throughline/contracts';
import { verifyLog, type Finding } from '@throughline/event-store';
import { Client } from 'pg';
import { checkBodies } from './check-bodies';
import { ProfileBench, TENANT } from './testing/profile-bench';

let bench: ProfileBench;
let admin: Client;
beforeEach(async () => {
  bench = await ProfileBench.open();
  admin = new Client({ connectionString: bench.db.adminUrl });
  await admin.connect();
  await bench.post({ id: 'one', text: 'hello' }, { id: 'two', text: 'x'.repeat(300_000) }, { id: 'three', identities: ['phone:+14155550100', '!email:mei@customer.example'] });
});
afterEach(async () => {
  await admin.end();
  await bench.close();
});

const verify = () => verifyLog(bench.db.database, { checkBodies: checkBodies({ database: bench.db.database, vault: bench.vault, bodies: bench.bodies }) });
const faults = async () => (await verify()).findings.map(({ fault }: Finding) => fault);

describe('opening the bodies of the log', () => {
  it('finds each as its envelope commits to it, large ones in the blob store', async () => {
    expect(await verify()).toMatchObject({ bodies: { stored: 5, opened: 5, keyGone: 0 }, findings: [] });
  });

  it('names one whose box, or whose key beside it, was changed', async () => {
    await admin.query('UPDATE profile.event_body SET box = set_byte(box, 20, get_byte(box, 20) # 1) WHERE n = (SELECT min(n) FROM profile.event)');
    expect(await faults()).toEqual(['body-unopenable']);
    await admin.query('UPDATE profile.event_body SET box = set_byte(box, 20, get_byte(box, 20) # 1), key_id = $1 WHERE n = (SELECT min(n) FROM profile.event)', [`segment:${randomUUID()}`]);
    expect(await faults()).toEqual(['body-unopenable']);
  });

  it('names one that was sealed by somebody who had the key, with another content', async () => {
    const [event] = await bench.readLog();
    const keys = await bench.db.database.relay((tx) => bench.vault.existingSegmentKeys(tx, TENANT, [event!.stream]));
    const { box } = keys.get(event!.stream)!.seal(event!.id, toBinary(BodySchema, create(BodySchema, { content: { text: 'never said' } })));
    await admin.query('UPDATE profile.event_body SET box = $1 WHERE n = $2', [box, event!.position.n]);
    expect(await faults()).toEqual(['body-other']);
  });

  it('names one whose blob is gone', async () => {
    jest.spyOn(bench.blobs, 'get').mockResolvedValue(undefined);
    expect(await faults()).toEqual(['blob-missing']);
  });

  it('counts those whose key is gone, which is no fault', async () => {
    await admin.query('DELETE FROM profile.segment_key');
    expect(await verify()).toMatchObject({ bodies: { stored: 5, opened: 0, keyGone: 5 }, findings: [] });
  });
});
