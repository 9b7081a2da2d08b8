import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { busMigration, openEmbeddedBus, type EmbeddedBus } from '@throughline/bus';
import { ConfigRecordSchema } from '@throughline/contracts';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { vaultFrames } from '../runtime/vault-frames';
import { ConfigDirectory } from './config-directory';

const vault = openVault(memoryKeyPort(), () => new Date('2026-01-31T12:00:00Z'));
const told = Promise.withResolvers<[object, string]>();
let test: TestDatabase;
let bus: EmbeddedBus;
beforeAll(async () => {
  test = await testDatabase('bus', [busMigration]);
  bus = openEmbeddedBus({ database: test.database, frames: vaultFrames(vault, () => true), log: { warn: (...line) => told.resolve(line) } });
});
afterAll(async () => {
  await bus.close();
  await test.drop();
});

// It was read again and again: whatever came after it was known to nobody, and a process that started was never ready.
it('a record on the topic config that is none is passed over, and told without what is in it', async () => {
  const id = randomUUID();
  const tenant = create(ConfigRecordSchema, { version: 1n, value: { case: 'tenant', value: { id, name: 'One' } } });
  const key = Buffer.from('k');
  await bus.publish('config', [{ key, value: Buffer.from('{"secret":"s"}') }, { key, value: toBinary(ConfigRecordSchema, tenant) }]);
  const directory = new ConfigDirectory(vault);
  const following = directory.follow(bus);
  following.catch(() => undefined);
  const place = { topic: 'config', partition: expect.any(Number) as number, offset: expect.any(String) as string };
  expect(await told.promise).toEqual([{ ...place, error: 'undecodable', reason: 'The message is no configuration.' }, 'a message of a broadcast was passed over']);
  await following;
  expect(directory.tenant(id)?.name).toBe('One');
});
