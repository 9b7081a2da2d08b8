import { create, toBinary } from '@bufbuild/protobuf';
import { parkedPlacesMigration, parkingMigration, type Message } from '@throughline/bus';
import { RedriveSchema } from '@throughline/contracts';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import type { Runtime } from '../runtime.contract';
import { redriveHandlers } from './redrive.handlers';

const ID = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const clock = () => new Date('2026-01-31T12:00:00Z');

let test: TestDatabase;
beforeAll(async () => void (test = await testDatabase('bus', [parkingMigration('bus'), parkedPlacesMigration])));
afterAll(() => test.drop());

// Neither the database nor the keys know such ids: it came again for ever, and no decision behind it was carried out.
it.each([
  { id: ID, tenant: 'acme', parked: true },
  { id: ID, tenant: 'acme', parked: false },
  { id: 'first', tenant: ID, parked: true },
])('an order that names what can be no letter or no tenant is rejected: %j', async (redrive) => {
  const runtime = { vault: openVault(memoryKeyPort(), clock), clock } as Runtime;
  const Handlers = redriveHandlers('phone', runtime, { take: async () => undefined, parked: test.database });
  const handlers = new Handlers() as { take(batch: readonly Message[]): Promise<void> };
  const value = toBinary(RedriveSchema, create(RedriveSchema, { ...redrive, service: 'phone' }));
  await expect(handlers.take([{ value } as Message])).rejects.toMatchObject({ kind: 'rejected', slug: 'undecodable' });
});
