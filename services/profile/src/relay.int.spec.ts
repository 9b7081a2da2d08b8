import { fromBinary } from '@bufbuild/protobuf';
import type { OutgoingMessage } from '@throughline/bus';
import { formatPosition, TimelineRecordSchema } from '@throughline/contracts';
import { openRecord } from '@throughline/platform';
import { until } from '@throughline/platform/testing';
import { subscribe } from '@throughline/event-store';
import { ProfileBench, TENANT } from './testing/profile-bench';

let bench: ProfileBench;
beforeEach(async () => void (bench = await ProfileBench.open()));
afterEach(() => bench.close());

const published = ({ tenant, key, value }: OutgoingMessage) => ({ tenant, key, record: fromBinary(TimelineRecordSchema, value) });
const timeline = () => bench.published.filter(({ topic }) => topic === 'timeline').map(published);

async function texts(records: readonly ReturnType<typeof published>[]): Promise<number[]> {
  const keys = await bench.vault.forTenant(TENANT);
  const bodies = await Promise.all(records.map(({ record }) => openRecord(keys, bench.blobs, record.record!)));
  return bodies.map((body) => body.content!.text.length);
}

describe('the relay', () => {
  it('publishes every event in the order of the log, with its position and on its key', async () => {
    await bench.post({ id: 'r1', identities: ['visitor:r', '!email:r@shop.example'] }, { id: 'r2', identities: ['phone:+14155550100'] });
    const log = await bench.readLog();
    await bench.relay.publish(log);
    expect(timeline().map(({ record }) => record.position)).toEqual(log.map((event) => formatPosition(event.position)));
    expect(timeline().map(({ key }) => Buffer.from(key))).toEqual(log.map((event) => event.key));
    expect(timeline().map(({ record }) => record.record!.envelope!.type)).toEqual(['call.ended', 'identity.linked', 'identity.linked', 'call.ended']);
    expect(timeline().map(({ record }) => record.segment)).toEqual(log.map((event) => event.stream));
  });

  it('sends bodies open into the frames of their tenant, and they are those the envelopes commit to', async () => {
    await bench.post({ id: 'r3', text: 'hello' }, { id: 'r4', text: 'x'.repeat(300 * 1024) });
    await bench.relay.publish(await bench.readLog());
    expect(await texts(timeline())).toEqual([5, 300 * 1024]);
    expect(timeline().every(({ tenant, record }) => tenant === TENANT && record.record!.body === undefined)).toBe(true);
    expect(timeline().every(({ record }) => record.record!.openBody.length < 1_000)).toBe(true);
  });

  it("seals each body by itself for the log door, under the tenant's current epoch key", async () => {
    await bench.post({ id: 'r5', text: 'hello' }, { id: 'r6', text: 'x'.repeat(300 * 1024) });
    const records = (await bench.relay.timeline(await bench.readLog())).map(published);
    expect(await texts(records)).toEqual([5, 300 * 1024]);
    expect(records.every(({ record }) => record.record!.openBody.length === 0 && record.record!.body!.keyId.startsWith('epoch:'))).toBe(true);
  });

  it("puts the customer's card on every event", async () => {
    await bench.post({ id: 'c1', identities: ['phone:+14155550100'], language: 'de' });
    await bench.relay.publish(await bench.readLog());
    const oldest = (await bench.customer('phone:+14155550100'))!.customerId;
    expect(timeline()[0]!.record.card).toMatchObject({ customer: oldest, membershipVersion: 1n, language: 'de', tier: '', attention: false });
    await bench.post({ id: 'c2', identities: ['visitor:c', '!phone:+14155550100'] });
    bench.published.splice(0);
    await bench.relay.publish(await bench.readLog());
    for (const { record } of timeline()) expect(record.card).toMatchObject({ customer: oldest, membershipVersion: 2n, language: 'de' });
  });

  it('hands on what is appended while it runs, once each where nothing breaks', async () => {
    const subscription = await subscribe(bench.db.database, bench.store, { name: 'relay', handle: (events) => bench.relay.publish(events) });
    for (const id of ['s1', 's2', 's3']) await bench.post({ id });
    await until(() => timeline().length >= 3);
    await subscription.close();
    const log = await bench.readLog();
    expect(timeline().map(({ record }) => record.position)).toEqual(log.map((event) => formatPosition(event.position)));
  });
});

