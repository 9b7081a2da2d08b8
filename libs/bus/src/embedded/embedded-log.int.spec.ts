import { randomBytes, randomUUID } from 'node:crypto';
import { openDatabase } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { groupOf, text, texts } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { busMigration } from './bus.migration';
import { openEmbeddedBus, type EmbeddedBus } from './embedded-bus';
import { plainFrames } from '../testing/plain-frames';

describe('the log of the embedded bus', () => {
  let test: TestDatabase;
  let admin: Client;
  let bus: EmbeddedBus;
  let topicPrefix: string;

  beforeAll(async () => {
    test = await testDatabase('bus', [busMigration]);
    admin = new Client({ connectionString: test.adminUrl });
    await admin.connect();
  });
  beforeEach(() => {
    topicPrefix = `${randomUUID()}.`;
    bus = openEmbeddedBus({ database: test.database, frames: plainFrames, topicPrefix });
  });
  afterEach(() => bus.close());
  afterAll(async () => {
    await admin.end();
    await test.drop();
  });

  const stored = async (topic: string) => {
    const { rows } = await admin.query<{ value: Buffer }>('SELECT value FROM bus.message WHERE topic = $1 ORDER BY xid, n', [topicPrefix + topic]);
    return rows.map(({ value }) => value.toString());
  };

  it('never skips what an older transaction commits later', async () => {
    const inbox = new Inbox();
    await bus.group(groupOf('gapless', inbox.handle, { topic: 'outbound' }));
    await admin.query('BEGIN');
    await admin.query('SELECT pg_current_xact_id()');
    await bus.publish('outbound', [text('k', 'younger')]);
    await admin.query(`INSERT INTO bus.message (topic, partition, key, headers, value) VALUES ($1, 0, '', '{}', 'older')`, [`${topicPrefix}outbound`]);
    await admin.query('COMMIT');
    await inbox.has('younger');
    expect(inbox.texts).toEqual(['older', 'younger']);
  });

  it('keeps the newest message of each key of a compacted topic', async () => {
    await bus.publish('config', texts(9).map((value, index) => text(`key${index % 3}`, value)));
    await bus.prune();
    await expect(stored('config')).resolves.toEqual(['m6', 'm7', 'm8']);
  });

  it('deletes what is past its retention, but nothing a group still has to do', async () => {
    const inbox = new Inbox();
    const subscription = await bus.group(groupOf('slow', inbox.handle, { topic: 'outbound' }));
    await bus.publish('outbound', texts(3).map((value) => text('k', value)));
    await inbox.has('m2');
    await subscription.close();
    await bus.publish('outbound', texts(3, 'undone').map((value) => text('k', value)));
    await bus.prune();
    await expect(stored('outbound')).resolves.toHaveLength(6);
    await admin.query(`UPDATE bus.message SET published_at = now() - interval '15 days' WHERE topic = $1`, [`${topicPrefix}outbound`]);
    await bus.prune();
    await expect(stored('outbound')).resolves.toEqual(texts(3, 'undone'));
  });

  it('bounds a batch by its bytes as well', async () => {
    const inbox = new Inbox();
    await bus.publish('outbound', texts(6).map((key) => ({ key: Buffer.from(key), value: randomBytes(5_000_000) })));
    await bus.group(groupOf('bytes', inbox.handle, { topic: 'outbound' }));
    await inbox.until(() => inbox.messages.length === 6);
    expect(inbox.batches.every((batch) => batch.length <= 4)).toBe(true);
  });

  it('goes on by itself after every session was ended', async () => {
    const inbox = new Inbox();
    await bus.group(groupOf('returning', inbox.handle, { topic: 'outbound' }));
    await bus.publish('outbound', [text('k', 'before')]);
    await inbox.has('before');
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    await publishAtLast(() => bus.publish('outbound', [text('k', 'after')]));
    await inbox.has('after');
    // What was not yet committed comes again.
    expect([...new Set(inbox.texts)]).toEqual(['before', 'after']);
  });

  it('says unavailable where no server is there', async () => {
    const url = 'postgres://nobody@127.0.0.1:9/nothing';
    const database = openDatabase({ url, service: 'bus' });
    const lost = openEmbeddedBus({ database, frames: plainFrames });
    await expect(lost.publish('outbound', [text('k', 'v')])).rejects.toMatchObject({ kind: 'unavailable', slug: 'bus-unavailable' });
    await expect(lost.healthy()).resolves.toBe(false);
    const broadcast = lost.broadcast({ topic: 'config', handle: async () => undefined });
    await lost.group(groupOf('patient', async () => undefined, { topic: 'outbound' }));
    await Promise.all([expect(broadcast).rejects.toMatchObject({ slug: 'bus-closed' }), lost.close()]);
    await database.close();
  });
});

/** A session of the pool that was ended may fail once more before it is replaced. */
async function publishAtLast(publish: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const failed = await publish().then(
      () => false,
      () => true,
    );
    if (!failed) return;
  }
  throw new Error('the bus did not come back');
}
