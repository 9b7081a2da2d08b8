// Where the key store held none of a tenant's keys `verify --bodies` said "Intact": all her bodies counted as erased.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyLog } from '@throughline/event-store';
import { openFileKeyStore, openVault } from '@throughline/vault';
import { checkBodies } from './check-bodies';
import { ProfileBench, TENANT } from './testing/profile-bench';

it('bodies whose keys are not in the key store are no erased ones', async () => {
  const bench = await ProfileBench.open();
  const elsewhere = await mkdtemp(join(tmpdir(), 'tl-other-keys-'));
  try {
    const { database } = bench.db;
    await bench.post({ id: 'one', text: 'hello' }, { id: 'two', text: 'again', identities: ['phone:+14155550199'] });
    const [erased] = await bench.readLog();
    await database.writer([TENANT], (tx) => bench.vault.erase(tx, TENANT, [erased!.stream]));
    const verify = (vault = bench.vault) => verifyLog(database, { checkBodies: checkBodies({ database, vault, bodies: bench.bodies }) });
    const before = await verify();
    expect(before).toMatchObject({ findings: [] });

    const { bodies, findings } = await verify(openVault(openFileKeyStore(elsewhere), () => new Date(), { onlyFounded: true }));
    expect(bodies).toMatchObject({ opened: 0, keyGone: before.bodies.keyGone });
    expect(findings.map(({ fault }) => fault)).toEqual(Array.from({ length: before.bodies.opened }, () => 'keys-missing'));
  } finally {
    await bench.close();
    await rm(elsewhere, { recursive: true });
  }
});
