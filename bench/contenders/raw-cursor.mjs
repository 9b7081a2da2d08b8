// Peer: reading a plain table of the same interactions through a cursor, 1,000 rows a fetch, the JSON parsed (by pg). Nothing is
// opened, checked, folded or written.
import pg from 'pg';
import { Interactions } from '../load/interactions.mjs';
import { answer } from '../stand/answer.mjs';

const PER_FETCH = 1_000;
const { url, count } = JSON.parse(process.argv[2]);
const client = new pg.Client(url);
await client.connect();
await client.query('CREATE TABLE event (position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, body jsonb NOT NULL)');
const supply = new Interactions('cursor');
while (supply.made < count) {
  const bodies = Array.from({ length: Math.min(PER_FETCH, count - supply.made) }, () => supply.next());
  await client.query('INSERT INTO event (body) SELECT * FROM unnest($1::jsonb[])', [bodies]);
}
await client.query('VACUUM ANALYZE event');

async function readAll() {
  let read = 0;
  await client.query('BEGIN READ ONLY');
  await client.query('DECLARE log NO SCROLL CURSOR FOR SELECT position, body FROM event ORDER BY position');
  for (let rows; (rows = (await client.query(`FETCH ${PER_FETCH} FROM log`)).rows).length > 0; ) {
    if (typeof rows[0].body !== 'object') throw new Error('the JSON was not parsed');
    read += rows.length;
  }
  await client.query('COMMIT');
  return read;
}

/** Reads the table again and again for so long. */
async function run({ seconds }) {
  const started = performance.now();
  let read = 0;
  while (performance.now() - started < seconds * 1000) {
    const all = await readAll();
    if (all !== count) throw new Error(`read ${all} of ${count} rows`);
    read += all;
  }
  return { read, seconds: (performance.now() - started) / 1000 };
}

answer({ run });
process.on('SIGTERM', () => void client.end().finally(() => process.exit()));
