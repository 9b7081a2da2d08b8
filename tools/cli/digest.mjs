// throughline digest: the signed state of a log on one day, as a file that proves it later.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Option } from 'commander';
import { services } from './bodies.mjs';
import { installedConfig, lib, openInstallation } from './installation.mjs';
import { pemOf } from './public-key.mjs';
import { count } from './report.mjs';

const ofService = () => new Option('--service <name>', 'whose log').choices(services).default('profile');

export function digest(program) {
  const digests = program.command('digest').description('the signed state of a log on one day');
  digests
    .command('take')
    .description('signs the heads of all streams, behind the digest of the day before; once a day (UTC), by cron')
    .addOption(ofService())
    .option('--out <folder>', 'where the file goes (default: DATA_DIR/digests/<service>)')
    .option('--new-key', 'the signing key is another one than that of the digest before: lost, or replaced')
    .option('--json', 'one JSON object instead of words')
    .action(take);
  digests.command('show <file>').description('what a digest says').action(show);
  digests
    .command('export <file>')
    .description("one tenant's part of a digest, or the proof for one stream: names nobody else, verifies by itself")
    .requiredOption('--tenant <uuid>')
    .option('--stream <uuid>')
    .requiredOption('--to <file>', 'where it goes')
    .action(exportPart);
  digests.command('compare <older> <newer>').description('did every stream of the older one live on in the newer one?').action(compare);
  digests.command('public-key').description('the key (PEM) that digests of this installation are signed with').action(publicKey);
}

const read = (path) => lib('event-store').parseDigest(readFileSync(path, 'utf8'));
/** Where keys are not files, this one is all the same, in DATA_DIR. */
const keyFolder = ({ keyStore, dataDir }) => (keyStore.startsWith('file:') ? lib('blob').folderOf(keyStore) : join(dataDir, 'keys'));

async function take({ service, out, json, newKey }) {
  const { DigestWriter, openFileSigner, takeDigest } = lib('event-store');
  const { config, database, close } = await openInstallation(service);
  try {
    const folder = out ?? join(config.dataDir, 'digests', service);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${new Date().toISOString().slice(0, 10)}.json`);
    const writer = new DigestWriter(path);
    const beforeEntry = (signed) => writer.finish(signed);
    const taking = async () => takeDigest({ database, signer: await openFileSigner(keyFolder(config)), newKey, clock: () => new Date(), sink: writer, beforeEntry });
    const taken = await taking().catch(async (error) => {
      await writer.abandon();
      throw error;
    });
    const file = await (taken.outcome === 'taken' ? writer.publish() : writer.discard());
    const { header } = taken.signed;
    if (json) console.log(JSON.stringify({ outcome: taken.outcome, file: file ?? path, header }));
    else console.log(taken.outcome === 'taken' ? `Digest ${header.number} of ${header.day}: ${count(header.streams)} streams of ${count(header.tenants)} tenants, ${count(header.events)} events\n  root ${header.root}\n  file ${file}` : `The digest of ${header.day} was taken already (number ${header.number}).`);
  } finally {
    await close();
  }
}

function show(path) {
  const { checkDigest, headerHash } = lib('event-store');
  const file = read(path);
  const faults = checkDigest(file);
  console.log(JSON.stringify({ ...file.header, hash: headerHash(file.header) }, null, 2));
  for (const { tenant, root, streams } of file.tenants) console.log(`  tenant ${tenant}: ${count(streams.length)} streams, root ${root}`);
  for (const { fault, detail } of faults) console.log(`WRONG ${fault}: ${detail}`);
  if (faults.length > 0) process.exitCode = 1;
}

function exportPart(path, { tenant, stream, to }) {
  const { proveStream, tenantPart } = lib('event-store');
  const part = stream ? proveStream(read(path), tenant, stream) : tenantPart(read(path), tenant);
  if (!part) throw new Error(`The digest knows no such ${stream ? 'stream' : 'tenant'}.`);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, `${JSON.stringify(part)}\n`);
  console.log(`${stream ? 'Proof' : 'Part'} written to ${to}`);
}

function compare(olderPath, newerPath) {
  const { checkDigest, compareDigests } = lib('event-store');
  const [older, newer] = [read(olderPath), read(newerPath)];
  const faults = [older, newer].flatMap((file) => checkDigest(file));
  const { chain, grown, added, unchanged, regressions } = compareDigests(older, newer);
  const chains = { linked: 'the newer names the hash of the older', apart: 'digests lie between them: compare each with the next', broken: 'THE NEWER DOES NOT FOLLOW THE OLDER' };
  console.log(`Digest ${older.header.number} of ${older.header.day} and ${newer.header.number} of ${newer.header.day}: ${chains[chain]}`);
  console.log(`  ${count(unchanged)} streams unchanged, ${count(grown)} grown, ${count(added)} new`);
  const otherKey = older.header.key !== newer.header.key;
  if (otherKey) console.log(`  THE NEWER IS SIGNED WITH ANOTHER KEY: ${newer.header.key}, not ${older.header.key}`);
  for (const { fault, detail } of faults) console.log(`  WRONG ${fault}: ${detail}`);
  for (const { fault, tenant, stream } of regressions) console.log(`  ${fault}: tenant ${tenant}, stream ${stream}`);
  if (chain === 'broken' || otherKey || faults.length + regressions.length > 0) process.exitCode = 1;
}

async function publicKey() {
  process.stdout.write(pemOf((await lib('event-store').openFileSigner(keyFolder(installedConfig()))).publicKey));
}
