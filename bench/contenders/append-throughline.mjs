// libs/event-store through the appender of the process: body sealed under its segment's key and committed to, envelope chained,
// id deduplicated, behind the tenant's wall. Segment keys lie in memory, as for known customers.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { answer } from '../stand/answer.mjs';
import { Interactions } from '../load/interactions.mjs';
import { call, callInBulk, STREAMS } from './callers.mjs';

const require = createRequire(import.meta.url);
const { DataClass, Direction, segmentId, writeBody, writeEnvelope } = require('@throughline/contracts');
const { eventStore, eventStoreMigration, openAppender } = require('@throughline/event-store');
const { migrate, openDatabase, provision } = require('@throughline/postgres');
const { commitment, openFileKeyStore, openVault, randomSalt, segmentKeyMigration } = require('@throughline/vault');

const { url: adminUrl, keys: folder } = JSON.parse(process.argv[2]);
const service = 'append-bench';
const tenant = randomUUID();
const url = await provision({ adminUrl, service, password: 'bench' });
await migrate(url, service, [eventStoreMigration(service), segmentKeyMigration(service)]);
const database = openDatabase({ url, service });
const vault = openVault(openFileKeyStore(folder), () => new Date());
const tenantKeys = await vault.forTenant(tenant);
const segments = Array.from({ length: STREAMS }, (_, n) => segmentId(tenant, tenantKeys.hash('identity', `stream:${n}`), 1));
const segmentKeys = await database.writer([tenant], (tx) => vault.segmentKeys(tx, tenant, segments));
const keys = segments.map((_, n) => tenantKeys.hash('key', `stream:${n}`));
const appender = openAppender({ database });
const supply = new Interactions('append');

const EMPTY = { content: undefined, agent: '', blob: '', rawBlob: '', conversation: '', identities: [], parties: [], providerIds: {} };
const NONE = new Uint8Array();

/** The body as JSON stands in for a Body's content, so that all contenders store the same text. Messages are made as the services make them. */
function newEvent(stream, id = randomUUID(), json = supply.next()) {
  const occurredAt = Date.now();
  const key = keys[stream];
  const body = writeBody({ ...EMPTY, salt: randomSalt(16), data: Buffer.from(json) });
  const { keyId, box } = segmentKeys.get(segments[stream]).seal(id, body);
  const envelope = writeEnvelope(envelopeOf(id, key, BigInt(occurredAt), commitment(id, body)));
  return { tenant, stream: segments[stream], id, type: 'message.received', occurredAt, key, envelope, digest: tenantKeys.hash('digest', json), keyId, box };
}

const envelopeOf = (id, key, at, committed) => ({
  id, type: 'message.received', typeVersion: 1, tenant, account: 'acc_api', channel: 'in-store', direction: Direction.INBOUND, key, conversation: NONE, relatesTo: '',
  claimedAt: at, occurredAt: at, acceptedAt: at, dataClass: DataClass.PERSONAL, commitment: committed, revises: '', normaliserVersion: 1, producer: 'bench', producerVersion: '',
  causation: '', causationDepth: 0, trace: '', providerSequence: 0n, provider: 'generic', bodyTells: 0, bodyRulesVersion: 1,
});

/** Events that were appended and come again, as they were posted. */
const former = [];
const FORMER = 20_000;
const outcomes = { appended: 0, duplicate: 0, conflict: 0, refused: 0 };

function remember(stream, { id }, json) {
  if (former.length < FORMER) former.push({ stream, id, json });
  else former[Math.floor(Math.random() * FORMER)] = { stream, id, json };
}

/** @param share of events that were appended before */
function eventFor(stream, share) {
  if (former.length > 0 && Math.random() < share) {
    const again = former[Math.floor(Math.random() * former.length)];
    return newEvent(again.stream, again.id, again.json);
  }
  const json = supply.next();
  const event = newEvent(stream, randomUUID(), json);
  if (share > 0) remember(stream, event, json);
  return event;
}

/** A version that the stream has left, for one call in so many. */
const staleFor = (event, share) => (Math.random() < share ? [{ tenant, stream: event.stream, version: 0 }] : []);

/** @param given duplicates, stale: shares of the events and of the calls */
async function append(streams, { duplicates = 0, stale = 0 }) {
  const events = streams.map((stream) => eventFor(stream, duplicates));
  const answers = await appender.append([tenant], events, staleFor(events[0], stale));
  if (Array.isArray(answers)) for (const { outcome } of answers) outcomes[outcome] += 1;
  else outcomes.refused += events.length;
}

/** Walks the hash chains of some streams and appends an event of one of them again. */
async function verify() {
  const sample = segments.filter((_, n) => n % 100 === 0);
  const walks = await Promise.all(sample.map((stream) => database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))));
  const [known] = await database.reader(tenant, (tx) => eventStore.readStream(tx, tenant, segments[0], 1, 1));
  const [again] = await database.writer([tenant], (tx) => eventStore.append(tx, [known]));
  return { walked: walks.length, intact: walks.filter(({ intact }) => intact).length, again: again.outcome };
}

answer({
  run: (given) => call((stream) => append([stream], given), given),
  bulk: (given) => callInBulk((streams) => append(streams, given), given),
  outcomes: () => outcomes,
  verify,
});
