// Schedules nobody would write by hand: members that join, leave, rest and are cut off while keys are parked and a tenant floods.
import { randomUUID } from 'node:crypto';
import { openDatabase } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import fc from 'fast-check';
import { Client } from 'pg';
import type { BatchHandler, Message, OutgoingMessage, Subscription } from '../bus.contract';
import { parkedPlacesMigration, parkingMigration } from '../parking/parking.migration';
import { groupOf, text } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { plainFrames } from '../testing/plain-frames';
import { busMigration } from './bus.migration';
import { openEmbeddedBus } from './embedded-bus';

const KEYS = ['A1', 'A2', 'A3', 'B1', 'B2', 'C1'];
const tenantOf = ({ key }: Pick<Message, 'key'>) => key.toString()[0];
const fairness = { tenantOf, several: () => true, afterMessages: 60 };

const step = fc.oneof(
  fc.record({ act: fc.constant('publish' as const), counts: fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.integer({ min: 1, max: 80 })), { minLength: 1, maxLength: 4 }) }),
  fc.record({ act: fc.constantFrom('join' as const, 'leave' as const, 'rest' as const, 'cut' as const) }),
);
const plan = fc.record({ steps: fc.array(step, { minLength: 6, maxLength: 16 }), maxBatch: fc.constantFrom(10, 40, 200), failEvery: fc.integer({ min: 4, max: 12 }) });
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

interface Member {
  subscription: Subscription;
  end: () => Promise<void>;
}

let test: TestDatabase;
let admin: Client;
beforeAll(async () => {
  test = await testDatabase('bus', [busMigration, parkingMigration('bus'), parkedPlacesMigration]);
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
});
afterAll(() => admin.end().then(() => test.drop()));

/** Ends the sessions of those who hold leases now: members that do not know it work on beside their successors. */
const cut = () => admin.query(`
  SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
  WHERE locktype = 'advisory' AND granted AND datname = current_database()`);

/** Effects in the order in which they came first: handlers are idempotent. */
class Effects {
  readonly inbox = new Inbox();
  readonly seen = new Set<string>();
  private calls = 0;

  constructor(private readonly failEvery: number) {}

  readonly handle: BatchHandler = async (batch) => {
    this.calls += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.calls % this.failEvery === 0) throw new TypeError('before the effect');
    for (const { value } of batch) this.seen.add(value.toString());
    await this.inbox.handle(batch);
    if (this.calls % this.failEvery === 1) throw new TypeError('after the effect');
  };
}

class Schedule {
  private readonly prefix = `${randomUUID()}.`;
  private readonly effects: Effects;
  private readonly published = new Map(KEYS.map((key) => [key, 0]));
  private readonly members: Member[] = [];
  private sending: Promise<unknown> = Promise.resolve();

  constructor(private readonly plan: Plan) {
    this.effects = new Effects(plan.failEvery);
  }

  async run(): Promise<void> {
    await this.join();
    const publisher = openEmbeddedBus({ database: test.database, frames: plainFrames, topicPrefix: this.prefix });
    for (const one of this.plan.steps) {
      if (one.act === 'publish') this.sending = Promise.all([this.sending, publisher.publish('interactions', this.next(one.counts))]);
      else await this[one.act]();
    }
    await this.sending;
    await this.join();
    for (const { subscription } of this.members) subscription.resume();
    const wanted = KEYS.flatMap((key) => this.wanted(key));
    await this.effects.inbox.until(() => wanted.every((value) => this.effects.seen.has(value)));
    for (const key of KEYS) expect([...this.effects.seen].filter((value) => value.startsWith(key))).toEqual(this.wanted(key));
    await Promise.all([publisher.close(), ...this.members.map(({ end }) => end())]);
  }

  async join(): Promise<void> {
    const database = openDatabase({ url: test.url, service: 'bus' });
    const bus = openEmbeddedBus({ database, frames: plainFrames, topicPrefix: this.prefix });
    const parking = { database, fairness, firstTryMs: 1, longestWaitMs: 5 };
    const subscription = await bus.group(groupOf(this.prefix, this.effects.handle, { parking, maxBatch: this.plan.maxBatch }));
    this.members.push({ subscription, end: () => bus.close().then(() => database.close()) });
  }

  async leave(): Promise<void> {
    await this.members.shift()?.end();
  }

  async rest(): Promise<void> {
    const [first] = this.members;
    first?.subscription.pause();
    await this.sending;
    first?.subscription.resume();
  }

  async cut(): Promise<void> {
    await this.sending;
    await cut();
  }

  private next(counts: readonly (readonly [string, number])[]): OutgoingMessage[] {
    return counts.flatMap(([key, count]) => {
      const from = this.published.get(key)!;
      this.published.set(key, from + count);
      return this.wanted(key).slice(from).map((value) => text(key, value));
    });
  }

  private wanted(key: string): string[] {
    return Array.from({ length: this.published.get(key)! }, (_, n) => `${key}:${n}`);
  }
}

it('every message has its effect, those of a key in their order, whoever comes, goes, rests or is cut off', async () => {
  await fc.assert(fc.asyncProperty(plan, (one) => new Schedule(one).run()), { numRuns: 25 });
});
