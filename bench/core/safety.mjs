// Says what was on while it was measured, read from the running servers and what they stored; throws where something was off.
import { createRequire } from 'node:module';
import { loginOf } from './distributed.mjs';

const require = createRequire(import.meta.url);

const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'shared_buffers', 'max_wal_size', 'max_connections'];

const WALLS = `
  SELECT count(*) AS tables, count(*) FILTER (WHERE c.relrowsecurity AND c.relforcerowsecurity) AS walled
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attname = 'tenant' AND c.relkind IN ('r', 'p') AND n.nspname IN ('profile', 'admin', 'append_bench')`;

/** Words of the posted text and phone numbers, in what lies at rest. */
const PLAIN = ['charger', '+1415555', '+1212'];
const readable = (table, column, where = 'true') => `SELECT count(*) FROM ${table} WHERE ${where} AND (${PLAIN.map((text) => `position('${text}'::bytea IN ${column}) > 0`).join(' OR ')})`;

const STREAMS = 'SELECT DISTINCT tenant, stream FROM (SELECT tenant, stream FROM profile.event ORDER BY xid DESC, n DESC LIMIT 300) AS newest LIMIT 30';

function demand(what, holds) {
  console.log(`  ${what}: ${holds ? 'on' : 'OFF'}`);
  if (!holds) throw new Error(`not measured with the shipped defaults: ${what}`);
}

/** The server's settings, the same for all contenders. */
export async function tellSettings(stand) {
  const settings = await stand.ask('postgres', 'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name', [SETTINGS]);
  console.log(`PostgreSQL: ${settings.map(({ name, value }) => `${name} ${value}`).join(', ')}`);
  demand('fsync, synchronous commit and full pages', settings.slice(0, 3).every(({ value }) => value === 'on'));
}

/**
 * A product's defaults, after it was measured. Posts one interaction again: count the rows afterwards.
 * @param options.madeUp its events were not posted, and have no chain
 */
export async function tellProduct(product, { madeUp = false } = {}) {
  const { stand, database, name, kafka } = product;
  console.log(`${name}, as it ran:`);
  await tellWalls(stand, database);
  await tellSealed(`events (${database})`, await stand.count(database, readable('profile.event_body', 'box')));
  if (kafka) await tellTopics(product);
  else await tellSealed(`messages on the bus (${database})`, await stand.count(database, readable('bus.message', 'value', `topic IN ('interactions', 'timeline')`)));
  if (madeUp) return;
  await tellChain(product);
  const first = await product.postAgain();
  demand(`dedupe: the first interaction posted again is ${first ? 'accepted under its old id' : 'refused'}`, first !== undefined);
}

/** The defaults of the event store alone. @param appends the part that measured it */
export async function tellAppends(stand, appends) {
  console.log('libs/event-store, as it ran:');
  await tellWalls(stand, 'append_throughline');
  await tellSealed('events', await stand.count('append_throughline', readable('append_bench.event_body', 'box')));
  const { walked, intact, again } = await appends.verify();
  demand(`hash chain: ${intact} of ${walked} streams walked are intact`, walked === intact);
  demand(`dedupe: the same event again is a ${again}`, again === 'duplicate');
}

async function tellWalls(stand, database) {
  const [{ tables, walled }] = await stand.ask(database, WALLS);
  demand(`row-level security forced on ${walled} of ${tables} tables with tenants (${database})`, tables === walled && tables !== '0');
}

const tellSealed = (where, plain) => demand(`bodies sealed: ${plain} with readable text among the ${where}`, plain === 0);

async function tellTopics({ kafka, topicPrefix }) {
  for (const topic of ['interactions', 'timeline'].map((name) => topicPrefix + name)) {
    console.log(`  ${await kafka.describe(topic)} (acks all; the broker writes to the page cache, as Kafka's default)`);
    await tellSealed(`log files of ${topic}`, [...kafka.bytesOf(topic)].filter((bytes) => PLAIN.some((text) => bytes.includes(text))).length);
  }
}

async function tellChain({ stand, database }) {
  const { openDatabase } = require('@throughline/postgres');
  const { eventStore } = require('@throughline/event-store');
  const opened = openDatabase({ url: await loginOf(stand, 'profile', database), service: 'profile' });
  try {
    const streams = await stand.ask(database, STREAMS);
    const walks = await Promise.all(streams.map(({ tenant, stream }) => opened.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))));
    const intact = walks.filter((walk) => walk.intact).length;
    demand(`hash chain: ${intact} of ${walks.length} streams walked are intact`, intact === walks.length && intact > 0);
  } finally {
    await opened.close();
  }
}
