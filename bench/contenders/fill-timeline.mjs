// Fills a profile's log and read models with as many events as posting them would take too long for. Real: segments and their
// keys (by libs/vault), envelopes, bodies sealed under their segment's key, every row a page reads. Made up: the hash chain,
// heads of streams, digests; no event was posted, and indexes are built after the load, so they are a little denser than grown ones.
import { randomBytes, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import pg from 'pg';
import { CUSTOMERS, Interactions, phone } from '../load/interactions.mjs';
import { answer } from '../stand/answer.mjs';
import { BulkLoad, bytea, withoutIndexes } from './bulk-load.mjs';

const require = createRequire(import.meta.url);
const { create, toBinary } = require('@bufbuild/protobuf');
const { BodySchema, DataClass, Direction, EnvelopeSchema, segmentId } = require('@throughline/contracts');
const { openDatabase } = require('@throughline/postgres');
const { commitment, openFileKeyStore, openVault, randomSalt } = require('@throughline/vault');
const { writePointer } = require('../../services/profile/dist/trait-pointer.js');

const TABLES = {
  'profile.event': 'xid, n, version, group_start, occurred_at, recorded_at, tenant, stream, id, type, key, envelope, chain',
  'profile.event_body': 'n, tenant, key_id, digest, box',
  'profile.event_id': 'tenant, id, xid, n, digest',
  'profile.timeline_item': 'tenant, segment, interaction, event, revision, occurred_at, provider_sequence, type, channel, account, conversation, direction',
  'profile.stream': 'version, tenant, stream, head',
  'profile.segment': 'tenant, segment, identity_hash, generation, namespace, identity, verified, customer, first_position, first_event, first_at',
  'profile.segment_summary': 'tenant, segment, channel, account, count, last_at, told_language',
};
const CHUNK = 20_000;
const KEYS_AT_ONCE = 500;
const BEGIN = Date.UTC(2025, 0, 1);
const SPACING_MS = 1_000;
const ONE = { type: 'message.received', account: 'acc_api', channel: 'in-store' };

/** `customers` with `each` events, and one with `deep`, all mixed in the order of arrival. */
const { url, login, keys: keyFolder, folder, tenant, customers, each, deep } = JSON.parse(process.argv[2]);
const total = customers * each + deep;
const timeOf = (nth) => BEGIN + nth * SPACING_MS;
const sample = JSON.parse(new Interactions('fill').next());
const data = Buffer.from(JSON.stringify(sample.data));

const admin = new pg.Client(url);
await admin.connect();
const database = openDatabase({ url: login, service: 'profile' });
const vault = openVault(openFileKeyStore(keyFolder), () => new Date());
const tenantKeys = await vault.forTenant(tenant);
const people = await meet(customers + (deep > 0 ? 1 : 0));
const [{ xid }] = (await admin.query('SELECT pg_current_xact_id()::text AS xid')).rows;
await withoutIndexes(admin, Object.keys(TABLES), load);
// The relay has published all of it, as it would have long ago.
await admin.query(`INSERT INTO profile.subscription (name, position) VALUES ('relay', $1) ON CONFLICT (name) DO UPDATE SET position = excluded.position`, [`1.${xid}.${total - 1}`]);
await Promise.all([admin.end(), database.close()]);

/** People with their segments and keys. The last has the long timeline. */
async function meet(count) {
  const all = Array.from({ length: count }, (_, n) => {
    const value = phone(CUSTOMERS + n);
    const hash = tenantKeys.hash('identity', `phone:${value}`);
    return { value, hash, segment: segmentId(tenant, hash, 1), partition: tenantKeys.hash('key', `phone:${value}`), versions: 0 };
  });
  for (let from = 0; from < count; from += KEYS_AT_ONCE) {
    const some = all.slice(from, from + KEYS_AT_ONCE);
    const made = await database.writer([tenant], (tx) => vault.segmentKeys(tx, tenant, some.map(({ segment }) => segment)));
    for (const person of some) person.key = made.get(person.segment);
  }
  return all;
}

/** Whose event is the nth of all. */
function ownerOf(nth) {
  const long = (at) => Math.floor((at * deep) / total);
  return long(nth + 1) > long(nth) ? people.at(-1) : people[(nth - long(nth)) % customers];
}

async function load() {
  const bulk = new BulkLoad(admin, folder, TABLES);
  for (let nth = 0; nth < total; nth += 1) {
    addEvent(bulk, nth, ownerOf(nth));
    if (nth % CHUNK === CHUNK - 1) await bulk.flush();
  }
  people.forEach((person) => addPerson(bulk, person));
  await bulk.end();
}

function addEvent(bulk, nth, person) {
  const { segment, partition, value } = person;
  const id = randomUUID();
  const at = timeOf(nth);
  const conversation = tenantKeys.hash('conversation', `${ONE.account}|thread-${nth % 100}`);
  const body = toBinary(BodySchema, create(BodySchema, { salt: randomSalt(16), identities: [{ namespace: 'phone', value }], providerIds: { id: String(nth) }, conversation: `thread-${nth % 100}`, content: sample.content, data }));
  const envelope = create(EnvelopeSchema, {
    ...ONE, id, typeVersion: 1, tenant, direction: Direction.INBOUND, key: partition, conversation, claimedAt: BigInt(at), occurredAt: BigInt(at), acceptedAt: BigInt(at),
    dataClass: DataClass.PERSONAL, commitment: commitment(id, body), normaliserVersion: 1, producer: 'ingest', provider: 'generic',
  });
  const { keyId, box } = person.key.seal(id, body);
  const digest = bytea(randomBytes(16));
  const version = (person.versions += 1);
  person.first ??= { id, nth };
  person.last = { id, at };
  bulk.add('profile.event', [xid, nth, version, version, at, at, tenant, segment, id, ONE.type, bytea(partition), bytea(Buffer.from(toBinary(EnvelopeSchema, envelope))), bytea(randomBytes(32))]);
  bulk.add('profile.event_body', [nth, tenant, keyId, digest, bytea(box)]);
  bulk.add('profile.event_id', [tenant, id, xid, nth, digest]);
  bulk.add('profile.timeline_item', [tenant, segment, id, id, 0, at, 0, ONE.type, ONE.channel, ONE.account, bytea(conversation), Direction.INBOUND]);
}

function addPerson(bulk, { segment, key, hash, value, versions, first, last }) {
  const identity = key.seal(`${segment}/identity`, Buffer.from(value)).box;
  bulk.add('profile.stream', [versions, tenant, segment, bytea(randomBytes(32))]);
  bulk.add('profile.segment', [tenant, segment, bytea(hash), 1, 'phone', bytea(identity), false, segment, `1.${xid}.${first.nth}`, first.id, timeOf(first.nth)]);
  bulk.add('profile.segment_summary', [tenant, segment, ONE.channel, ONE.account, versions, last.at, bytea(writePointer({ at: last.at, sequence: 0, source: last.id }))]);
}

/** Unix ms of an event of the long timeline that so many newer ones precede. */
const timeAtDepth = (depth) => timeOf(Math.ceil(((deep - depth) * total) / deep) - 1);

answer({ timeAtDepth }, { events: total, customers: people.slice(0, customers).map(({ segment }) => segment), long: deep > 0 ? people.at(-1).segment : undefined });
