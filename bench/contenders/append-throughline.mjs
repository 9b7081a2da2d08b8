// libs/event-store as profile's ledger uses it: body sealed under its segment's key and committed to, envelope chained, id
// deduplicated, behind the tenant's wall, in a transaction of its own. Segment keys lie in memory, as for known customers.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { answer } from '../stand/answer.mjs';
import { Interactions } from '../load/interactions.mjs';
import { call, STREAMS } from './callers.mjs';

const require = createRequire(import.meta.url);
const { create, toBinary } = require('@bufbuild/protobuf');
const { BodySchema, DataClass, Direction, EnvelopeSchema, segmentId } = require('@throughline/contracts');
const { eventStore, eventStoreMigration } = require('@throughline/event-store');
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
const supply = new Interactions('append');

/** The body as JSON stands in for a Body's content, so that all contenders store the same text. */
function newEvent(stream) {
  const id = randomUUID();
  const json = supply.next();
  const occurredAt = Date.now();
  const key = tenantKeys.hash('key', `stream:${stream}`);
  const body = toBinary(BodySchema, create(BodySchema, { salt: randomSalt(16), data: Buffer.from(json) }));
  const envelope = create(EnvelopeSchema, {
    id, type: 'message.received', typeVersion: 1, tenant, account: 'acc_api', channel: 'in-store', direction: Direction.INBOUND, key,
    claimedAt: BigInt(occurredAt), occurredAt: BigInt(occurredAt), acceptedAt: BigInt(occurredAt), dataClass: DataClass.PERSONAL,
    commitment: commitment(id, body), producer: 'bench', provider: 'generic',
  });
  const { keyId, box } = segmentKeys.get(segments[stream]).seal(id, body);
  return {
    tenant, stream: segments[stream], id, type: envelope.type, occurredAt, key,
    envelope: toBinary(EnvelopeSchema, envelope), digest: tenantKeys.hash('digest', json), keyId, box,
  };
}

async function append(stream) {
  const event = newEvent(stream);
  await database.writer([tenant], (tx) => eventStore.append(tx, [event]));
  database.notify('log');
}

/** Walks the hash chains of some streams and appends an event of one of them again. */
async function verify() {
  const sample = segments.filter((_, n) => n % 100 === 0);
  const walks = await Promise.all(sample.map((stream) => database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))));
  const [known] = await database.reader(tenant, (tx) => eventStore.readStream(tx, tenant, segments[0], 1, 1));
  const [again] = await database.writer([tenant], (tx) => eventStore.append(tx, [known]));
  return { walked: walks.length, intact: walks.filter(({ intact }) => intact).length, again: again.outcome };
}

answer({ run: (given) => call(append, given), verify });
