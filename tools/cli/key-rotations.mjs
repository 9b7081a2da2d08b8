// What `throughline keys rotate` and `destroy` do. Each may be killed and called again: it goes on where it was.
import { setTimeout as delay } from 'node:timers/promises';
import { compiled, lib } from './installation.mjs';
import { progress } from './report.mjs';

/** `prepare` is done once for all tenants, `run` for each; its answer is what is said of her. */
export const rotations = {
  slots: { service: 'profile', run: rotateSlots },
  config: { service: 'admin', prepare: addConfigVersions, run: (keepers, tenant) => formerKeys(keepers).leave(tenant) },
  master: { run: moveToMasterKey },
};

export const destroyers = {
  slots: { service: 'profile', prepare: demandTime, run: destroySlots },
  config: { service: 'admin', run: async (keepers, tenant) => ({ destroyed: await formerKeys(keepers).destroy(tenant) }) },
};

async function rotateSlots({ vault, database }, tenant) {
  const show = progress('keys');
  return { moved: await vault.rotateSlots(database, tenant, new Date(), (events) => show({ events })) };
}

/** Of a tenant for whom former keys still seal something a rotation was cut off: that one goes on. */
async function addConfigVersions(keepers, tenants, { settle }) {
  for (const tenant of tenants) {
    const cutOff = (await formerKeys(keepers).inUse(tenant)).length > 0;
    if (!cutOff) await keepers.vault.addVersion(tenant, 'config', ((await keepers.vault.versions(tenant, 'config')).at(-1) ?? 0) + 1);
  }
  console.error(`Waiting ${settle} s until every process knows the new versions.`);
  await delay(settle * 1000);
}

async function moveToMasterKey({ port }, tenant) {
  if (!port.moveToMasterKey) throw new Error('KEY_STORE names no master key: only aws-kms has one.');
  return { moved: await port.moveToMasterKey(tenant) };
}

function demandTime(_keepers, _tenants, { retiredBefore }) {
  if (!retiredBefore) throw new Error('Say from when on backups are needed: --retired-before <RFC 3339>.');
}

async function destroySlots({ vault, database }, tenant, { retiredBefore }) {
  return { destroyed: await vault.destroyRetiredSlots(database, tenant, retiredBefore) };
}

function formerKeys({ database, vault }) {
  const { ConfigChanges } = compiled('admin/dist/config/config-changes');
  const { ChannelAccounts } = compiled('admin/dist/accounts/channel-accounts');
  const { FormerConfigKeys } = compiled('admin/dist/config/former-config-keys');
  const clock = () => new Date();
  const changes = new ConfigChanges({ database, store: lib('event-store').eventStore, vault, clock, version: 'throughline-keys' });
  return new FormerConfigKeys({ database, accounts: new ChannelAccounts(changes, clock), vault });
}
