import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';

const tenant = randomUUID();
let test: TestDatabase;
let admin: Client;
beforeAll(async () => {
  test = await testDatabase('stamp-test', [eventStoreMigration('stamp-test')]);
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await test.drop();
});

const append = (before = 'SELECT 1') =>
  test.database.writer([tenant], async (tx) => {
    await tx.query(before);
    return eventStore.append(tx, [sampleEvent({ tenant, stream: randomUUID() })]);
  });
const sections = async () => (await admin.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${0x746c}`)).rowCount;

describe('the section in which appends are stamped', () => {
  it('is free while an append is not yet committed', async () => {
    await test.database.writer([tenant], async (tx) => {
      await eventStore.append(tx, [sampleEvent({ tenant, stream: randomUUID() })]);
      expect(await sections()).toBe(0);
      expect(await append()).toMatchObject([{ outcome: 'appended' }]);
    });
  });

  it('is left free by an append that gave up waiting for it', async () => {
    const key = `${0x746c}, 'stamp_test.log_n'::regclass::oid::int`;
    await admin.query(`SELECT pg_advisory_lock(${key})`);
    await expect(append('SET LOCAL lock_timeout = 20')).rejects.toMatchObject({ code: '55P03' });
    await expect(append('SET LOCAL statement_timeout = 20')).rejects.toMatchObject({ code: '57014' });
    await admin.query(`SELECT pg_advisory_unlock(${key})`);
    expect(await sections()).toBe(0);
    expect(await append()).toMatchObject([{ outcome: 'appended' }]);
  });

  it('is left free by an append that fails inside it', async () => {
    await admin.query('ALTER SEQUENCE stamp_test.log_xid MAXVALUE 1 RESTART 0');
    await expect(append()).rejects.toThrow('out of bounds');
    expect(await sections()).toBe(0);
    await admin.query('ALTER SEQUENCE stamp_test.log_xid NO MAXVALUE');
    expect(await append()).toMatchObject([{ outcome: 'appended' }]);
  });
});
