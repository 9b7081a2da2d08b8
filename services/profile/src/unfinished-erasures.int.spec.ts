import { randomUUID } from 'node:crypto';
import { startForTest, until } from '@throughline/platform/testing';
import { profileService } from './profile.module';

/** A process that dies between an erasure's commit and the key store leaves places that open older copies of the database. */
it('an erasure that nobody finished is finished by the next process', async () => {
  const [tenant, segment] = [randomUUID(), randomUUID()];
  const first = await startForTest(profileService);
  const { runtime } = first;
  await runtime.vault.found(tenant);
  const database = await runtime.database('profile', []);
  await database.writer([tenant], (tx) => runtime.vault.segmentKeys(tx, tenant, [segment]));
  await database.writer([tenant], (tx) => runtime.vault.erase(tx, tenant, [segment]));
  const doomed = () => database.relay(async (tx) => (await tx.query('SELECT FROM left_place WHERE doomed')).rowCount);
  expect(await doomed()).toBe(1);

  const next = await startForTest(profileService, { keyStore: runtime.config.keyStore }, { adminUrl: first.adminUrl });
  await until(async () => (await doomed()) === 0);
  await next.close();
  await first.close();
});
