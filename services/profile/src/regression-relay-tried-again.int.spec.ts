// While the bus was away each try of the relay stored every large body of its batch once more, for 17 days: an outage filled the disk.
import { fromBinary } from '@bufbuild/protobuf';
import { TimelineRecordSchema } from '@throughline/contracts';
import { openRecord } from '@throughline/platform';
import { ProfileBench, TENANT } from './testing/profile-bench';

const TEXT = 'x'.repeat(300_000);
let bench: ProfileBench;
beforeAll(async () => {
  bench = await ProfileBench.open();
});
afterAll(() => bench.close());

it('a large body is stored once for its way out, however often that is tried', async () => {
  await bench.post({ id: 'large', text: TEXT });
  const log = await bench.readLog();
  const put = jest.spyOn(bench.blobs, 'put');
  const publish = jest.spyOn(bench.bus, 'publish').mockRejectedValue(new Error('the bus is away'));
  for (let tries = 0; tries < 3; tries += 1) await expect(bench.relay.publish(log)).rejects.toThrow('away');
  publish.mockRestore();
  await bench.relay.publish(log);
  const [message] = await bench.relay.timeline(log);
  expect(new Set(put.mock.calls.map(([, blob]) => blob)).size).toBe(1);
  const { record } = fromBinary(TimelineRecordSchema, message!.value);
  expect((await openRecord(await bench.vault.forTenant(TENANT), bench.blobs, record!)).content?.text).toBe(TEXT);
});
