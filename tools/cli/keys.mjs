// throughline keys: what the key store holds, and how its keys are replaced while everybody works (docs/event-core/vault.md).
import { Argument, InvalidArgumentError } from 'commander';
import { installedConfig, lib, openInstallation } from './installation.mjs';
import { destroyers, rotations } from './key-rotations.mjs';
import { count } from './report.mjs';

const KINDS = ['epoch', 'raw', 'config', 'hash', 'slot'];

/** Adds the commands. */
export function keys(program) {
  const group = program.command('keys').description('keys: what there is, rotation, destruction');
  const command = (name, description) => group.command(name).description(description).option('--tenant <uuid>', 'only hers (default: all)').option('--json', 'one JSON object a line');
  command('list', 'what the key store holds').action((options) => eachTenant({ run: list }, options));
  command('slots', "slots of segments' keys, as the profile's database says").action((options) => eachTenant({ service: 'profile', run: slots }, options));
  command('rotate', 'slots: wraps all segment keys anew. config: seals secrets by a new version. master: seals the key store by the master key that KEY_STORE names')
    .addArgument(new Argument('<what>').choices(Object.keys(rotations)))
    .option('--settle <seconds>', 'config: how long every process is given to hear of the new version; less only where none runs', seconds, 61)
    .action((what, options) => eachTenant(rotations[what], options));
  command('destroy', 'former slots or config keys, which seal nothing any more: backups from before the rotation do not open afterwards')
    .addArgument(new Argument('<what>').choices(Object.keys(destroyers)))
    .option('--retired-before <time>', 'slots: only those that were rotated out before (RFC 3339)', moment)
    .action((what, options) => eachTenant(destroyers[what], options));
  group
    .command('anew')
    .description('makes first keys for a tenant whose keys are lost for good: until then all wait for them; what they sealed never opens again')
    .requiredOption('--tenant <uuid>', 'whose')
    .action(anew);
}

async function anew({ tenant }) {
  const { vault } = await openKeepers();
  if ((await vault.versions(tenant, 'hash')).length > 0) throw new Error('The key store holds keys of this tenant: nothing was made.');
  await vault.found(tenant);
  process.stdout.write(`${tenant}: has first keys.\n`);
}

/** What is no number would be no wait at all: processes would seal by the former key, while it is destroyed. */
function seconds(text) {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Whole seconds.');
  return Number(text);
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Another form may be read as another moment, by this machine's time zone, and what is destroyed does not come back. */
function moment(text) {
  const time = new Date(text);
  if (!RFC_3339.test(text) || Number.isNaN(time.getTime())) throw new InvalidArgumentError('A time (RFC 3339), as 2026-01-31T00:00:00Z.');
  return time;
}

/** Prepares what concerns all tenants, then does the work for each and says what was done. */
async function eachTenant({ service, prepare, run }, options) {
  const keepers = await openKeepers(service);
  try {
    const tenants = await tenantsOf(keepers, options);
    await prepare?.(keepers, tenants, options);
    for (const tenant of tenants) print(options, { tenant, ...(await run(keepers, tenant, options)) });
  } finally {
    await keepers.close?.();
  }
}

async function openKeepers(service) {
  const { openKeyStore, openVault } = lib('vault');
  const installation = service ? await openInstallation(service) : { config: installedConfig() };
  const port = openKeyStore(installation.config.keyStore);
  return { ...installation, port, vault: openVault(port, () => new Date(), { onlyFounded: true }) };
}

async function tenantsOf({ port }, { tenant }) {
  const all = await port.tenants();
  if (tenant && !all.includes(tenant)) throw new Error('The key store knows no such tenant.');
  return tenant ? [tenant] : all.sort();
}

async function list({ port }, tenant) {
  const found = {};
  for (const kind of KINDS) found[kind] = (await port.list(tenant, kind)).map((id) => id.slice(kind.length + 1)).sort();
  return { ...found, slot: found.slot.length };
}

async function slots({ vault, database }, tenant) {
  const { inUse, retired, oldestRetired } = await vault.slotCounts(database, tenant);
  return { inUse, retired, ...(oldestRetired && { oldestRetired: oldestRetired.toISOString() }) };
}

function print({ json }, found) {
  if (json) return console.log(JSON.stringify(found));
  const { tenant, ...others } = found;
  console.log(`${tenant}  ${Object.entries(others).map(([name, value]) => `${name} ${shown(value)}`).join(', ')}`);
}

const shown = (value) => (Array.isArray(value) ? value.join(' ') || '-' : typeof value === 'number' ? count(value) : value);
