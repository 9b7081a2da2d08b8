import { randomUUID } from 'node:crypto';
import { parsePosition } from '@throughline/contracts';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import fc from 'fast-check';
import type { Message } from '../bus.contract';
import { inboxMigration } from './inbox.migration';
import { unseen } from './unseen';

const message = (n: number, key = 'k', more: Partial<Message> = {}): Message => ({
  ...{ topic: 'timeline', partition: 0, offset: String(n), publishedAt: 0, headers: {} },
  ...{ key: Buffer.from(key), value: Buffer.from(`1.${n}.0`), ...more },
});
const positionOf = ({ value }: Message) => parsePosition(value.toString())!;

describe('an inbox by position', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase('bus', [inboxMigration('bus')]);
  });
  afterAll(() => test.drop());

  const inbox = (reader = randomUUID()) => {
    const of = { reader, log: 'profile', positionOf };
    const take = (batch: readonly Message[], apply: (fresh: Message[]) => void | Promise<void> = () => undefined) =>
      test.database.system(async (tx) => {
        const fresh = await unseen(tx, of, batch);
        await apply(fresh);
        return fresh.map(({ value }) => Number(value.toString().split('.')[1]));
      });
    return { take };
  };

  it('lets each message through once, however it is redelivered', async () => {
    const { take } = inbox();
    expect(await take([1, 2, 3].map((n) => message(n)))).toEqual([1, 2, 3]);
    expect(await take([2, 3, 4, 4].map((n) => message(n)))).toEqual([4]);
    expect(await take([message(4)])).toEqual([]);
  });

  it('lets a message through again whose effect was not committed', async () => {
    const { take } = inbox();
    const failing = take([message(1)], () => Promise.reject(new Error('the effect fails')));
    await expect(failing).rejects.toThrow('the effect fails');
    expect(await take([message(1)])).toEqual([1]);
  });

  it('keeps partitions, readers and logs apart', async () => {
    const { take } = inbox();
    await take([message(5)]);
    expect(await take([message(1, 'other', { partition: 1 })])).toEqual([1]);
    expect(await inbox().take([message(1)])).toEqual([1]);
  });

  it('lets what was parked through once, though its partition is far ahead, and what follows on its key', async () => {
    const { take } = inbox();
    await take([message(1, 'bad'), message(9, 'good')]);
    expect(await take([message(3, 'bad', { parked: true }), message(4, 'bad', { parked: true })])).toEqual([3, 4]);
    expect(await take([message(3, 'bad', { parked: true }), message(4, 'bad', { parked: true }), message(5, 'bad', { parked: true })])).toEqual([5]);
    expect(await take([message(1, 'bad'), message(4, 'bad'), message(9, 'good'), message(10, 'bad')])).toEqual([10]);
    expect(await take([message(10, 'bad')])).toEqual([]);
  });

  it('makes two members who hold one partition wait for each other', async () => {
    const { take } = inbox();
    const taken = await Promise.all([take([message(1), message(2)]), take([message(1), message(2)])]);
    expect(taken.flat().sort()).toEqual([1, 2]);
  });

  it('goes on with a new generation of the log, and refuses what still comes of the old one', async () => {
    const { take } = inbox();
    await take([message(100)]);
    const restored = message(3, 'k', { value: Buffer.from('2.3.0') });
    expect(await take([restored])).toEqual([3]);
    await expect(take([message(101)])).rejects.toMatchObject({ kind: 'rejected', slug: 'older-log' });
  });

  it('applies every message of every key once and in order, whatever is redelivered, lost or parked', async () => {
    const plan = fc.record({
      keys: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 25 }),
      // From which message on a key is parked, how far back each redelivery goes, and which transactions are lost.
      parkedFrom: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 4, maxLength: 4 }),
      back: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 25, maxLength: 25 }),
      lost: fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ keys, parkedFrom, back, lost }) => {
        const { take } = inbox();
        const log = keys.map((key, n) => message(n, `key${key}`));
        const isParked = (n: number) => n >= parkedFrom[keys[n]!]!;
        const applied: number[] = [];
        let tries = 0;
        const deliver = async (batch: readonly Message[]) => {
          const loses = lost[tries++ % lost.length]! && tries < 80;
          const fresh = await take(batch, () => (loses ? Promise.reject(new Error('lost')) : undefined)).catch(() => undefined);
          if (fresh) applied.push(...fresh);
          return fresh !== undefined;
        };
        for (let n = 0; n < log.length; n += 1) {
          const batch = log.slice(Math.max(0, n - back[n]!), n + 1).filter(({ offset }) => !isParked(Number(offset)));
          if (batch.length) while (!(await deliver(batch)));
        }
        const waiting = log.filter(({ offset }) => isParked(Number(offset))).map((one) => ({ ...one, parked: true as const }));
        for (let n = 0; n < waiting.length; n += 1) while (!(await deliver(waiting.slice(Math.max(0, n - back[n]!), n + 1))));
        for (const key of new Set(keys)) expect(applied.filter((n) => keys[n] === key)).toEqual(keys.flatMap((one, n) => (one === key ? [n] : [])));
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
