// What an event said was remembered for cards by the event alone: for ten minutes after her key was erased her language still went out.
import { fromBinary } from '@bufbuild/protobuf';
import { TimelineRecordSchema } from '@throughline/contracts';
import { ProfileBench, TENANT } from './testing/profile-bench';

let bench: ProfileBench;
beforeAll(async () => {
  bench = await ProfileBench.open();
});
afterAll(() => bench.close());

/** Publishes what the log holds after so many events, by a reader that has just begun; the cards that went out. */
async function publish(after: number) {
  bench.published.length = 0;
  bench.relay.begin();
  const log = await bench.readLog();
  await bench.relay.publish(log.slice(after));
  return { log, cards: bench.published.map(({ value }) => fromBinary(TimelineRecordSchema, value).card) };
}

it('what an erased segment said is on no card', async () => {
  await bench.post({ id: 'told', identities: ['!phone:+14155550100', '!email:a@b.example'], language: 'zh-Hant' });
  const { log, cards } = await publish(0);
  expect(cards[0]?.language).toBe('zh-Hant');
  await bench.db.database.writer([TENANT], (tx) => bench.vault.erase(tx, TENANT, [log[0]!.stream]));
  await bench.post({ id: 'later', identities: ['!email:a@b.example'] });
  expect((await publish(log.length)).cards.map((card) => card?.language)).toEqual(['']);
});
