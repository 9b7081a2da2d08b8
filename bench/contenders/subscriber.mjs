// A subscriber of the event store in a process of its own: follows the log while others append, and catches up with one that is there.
import { createRequire } from 'node:module';
import { answer } from '../stand/answer.mjs';

const require = createRequire(import.meta.url);
const { eventStore, eventStoreMigration, subscribe } = require('@throughline/event-store');
const { migrate, openDatabase, provision } = require('@throughline/postgres');
const { segmentKeyMigration } = require('@throughline/vault');

const { url: adminUrl } = JSON.parse(process.argv[2]);
const service = 'append-bench';
const url = await provision({ adminUrl, service, password: 'bench' });
await migrate(url, service, [eventStoreMigration(service), segmentKeyMigration(service)]);
const database = openDatabase({ url, service });
let named = 0;

const versions = new Map();
const seen = { events: 0, inversions: 0 };

/** In a stream each version must be the one after the last. */
async function see(events) {
  for (const { stream, version } of events) {
    const last = versions.get(stream) ?? 0;
    if (version !== last + 1) seen.inversions += 1;
    versions.set(stream, Math.max(last, version));
    seen.events += 1;
  }
}

const follow = async () => void (await subscribe(database, eventStore, { name: 'follow', handle: see, onError: (error) => console.error(error) }));

/** Reads so many events after the first ones of a log whose positions all have one transaction. */
async function catchUp({ skip, count }) {
  const name = `catch-up-${(named += 1)}`;
  await database.system((tx) => tx.query(`INSERT INTO subscription SELECT $1, generation || '.3.' || $2::bigint FROM log`, [name, skip]));
  const done = Promise.withResolvers();
  let left = count;
  const started = performance.now();
  const handle = async (events) => void ((left -= events.length) <= 0 && done.resolve());
  const subscription = await subscribe(database, eventStore, { name, handle, onError: (error) => done.reject(error) });
  await done.promise;
  const seconds = (performance.now() - started) / 1000;
  await subscription.close();
  return { events: count - left, seconds };
}

answer({ follow, seen: () => seen, catchUp });
