// throughline verify: was a log changed behind its back?
import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { openBodyCheck, services } from './bodies.mjs';
import { readPublicKey } from './public-key.mjs';
import { lib, openInstallation } from './installation.mjs';
import { count, printFindings, progress } from './report.mjs';

export function verify(program) {
  program
    .command('verify')
    .description('was a log changed behind its back? Names the first bad event. Exit code 1 where it was.')
    .addOption(new Option('--service <name>', 'whose log').choices(services).default('profile'))
    .option('--tenant <uuid>', 'only the log of this tenant')
    .option('--stream <uuid>', 'only this stream (of --tenant)')
    .option('--bodies', 'open the bodies too: needs the key store')
    .option('--digest <file>', 'the digest by itself, and every head in it against the log')
    .option('--proof <file>', 'a proof for one stream, by itself')
    .option('--public-key <file>', 'the key (PEM) that digest or proof must be signed with')
    .option('--offline', 'no database: digest or proof by itself')
    .option('--lanes <n>', 'connections at once', Number, 4)
    .option('--json', 'one JSON object instead of words')
    .action(run);
}

async function run(options, command) {
  refuseMisuse(options, command);
  const publicKey = options.publicKey && readPublicKey(options.publicKey);
  const report = { service: options.service };
  if (options.proof) report.proof = proofReport(options.proof, publicKey);
  const file = options.digest && lib('event-store').parseDigest(readFileSync(options.digest, 'utf8'));
  if (file) report.digest = digestReport(file, publicKey);
  if (!options.offline && !options.proof) Object.assign(report, await logReport(options, file, publicKey));
  report.intact = intact(report);
  if (options.json) console.log(JSON.stringify(report));
  else print(report, options);
  if (!report.intact) process.exitCode = 1;
}

function refuseMisuse({ stream, tenant, offline, digest, proof }, command) {
  if (stream && !tenant) command.error('error: --stream needs --tenant', { exitCode: 2 });
  if (offline && !digest && !proof) command.error('error: --offline needs --digest or --proof', { exitCode: 2 });
}

function proofReport(path, publicKey) {
  const { checkProof, parseProof } = lib('event-store');
  const proof = parseProof(readFileSync(path, 'utf8'));
  const { tenant, stream, version, header } = proof;
  return { tenant, stream, version, number: header.number, day: header.day, key: header.key, keyGiven: publicKey !== undefined, faults: checkProof(proof, publicKey) };
}

function digestReport(file, publicKey) {
  const { number, day, tenants, streams, events, root, key } = file.header;
  return { number, day, tenants, streams, events, root, key, keyGiven: publicKey !== undefined, faults: lib('event-store').checkDigest(file, publicKey) };
}

async function logReport(options, file, publicKey) {
  const { verifyAgainstDigest, verifyKeptDigests, verifyLog } = lib('event-store');
  const installation = await openInstallation(options.service, options);
  const { database } = installation;
  const started = performance.now();
  const show = progress();
  let bodies;
  try {
    if (file && file.header.service !== options.service) throw new Error(`The digest is of the log of ${file.header.service}, not of ${options.service}.`);
    const kept = await verifyKeptDigests(database, file, publicKey);
    const against = file && (await verifyAgainstDigest(database, file, { onProgress: show }));
    if (options.bodies) bodies = await openBodyCheck(options.service, installation);
    const log = await verifyLog(database, { ...options, checkBodies: bodies?.check, onProgress: show });
    return { ...log, opened: options.bodies === true, kept, ...(against && { against }), seconds: (performance.now() - started) / 1000 };
  } finally {
    await bodies?.close?.();
    await installation.close();
  }
}

const intact = ({ findings = [], against, digest, proof, kept }) =>
  [findings, against?.findings, digest?.faults, proof?.faults, kept?.faults].every((list) => (list ?? []).length === 0);

function print(report, options) {
  const { proof, digest, against, kept } = report;
  if (proof) printSigned(`Proof for version ${proof.version} of the stream ${proof.stream}`, proof);
  if (digest) printSigned(`Digest ${digest.number} of ${digest.day} (${count(digest.streams)} streams, ${count(digest.events)} events)`, digest);
  if (against) printFindings(`${count(against.streams)} heads of the digest against the log`, against);
  if (kept?.digests > 0 || kept?.faults.length > 0) printFaults(`${count(kept.digests)} digests kept beside the log`, kept.faults);
  if (report.events !== undefined) printLog(report, options);
  console.log(report.intact ? 'Intact.' : 'NOT INTACT.');
}

function printSigned(what, { key, keyGiven, faults }) {
  printFaults(what, faults);
  console.log(`  signed with the key ${key}${keyGiven ? ', the one given' : ': compare it with the one you were told (or give --public-key)'}`);
}

function printFaults(what, faults) {
  console.log(`${what}: ${faults.length === 0 ? 'as signed' : 'WRONG'}`);
  for (const { fault, detail } of faults) console.log(`  ${fault}: ${detail}`);
}

function printLog({ tenants, streams, events, bodies, findings, more, seconds, opened }, { service }) {
  console.log(`Log of ${service}: ${count(tenants)} tenants, ${count(streams)} streams, ${count(events)} events in ${seconds.toFixed(1)} s (${count(Math.round(events / seconds))}/s)`);
  const looked = opened ? `${count(bodies.opened)} opened and as committed, ${count(bodies.keyGone)} whose key is gone` : 'not opened (--bodies opens them)';
  console.log(`  bodies: ${count(bodies.stored)} there, ${looked}, ${count(bodies.destroyed)} destroyed`);
  printFindings('chains, columns, ids and bodies', { findings, more });
}
