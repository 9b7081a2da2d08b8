// Peer: the plain append that many event stores are: one prepared statement an event, which raises the stream's version and
// inserts the event as jsonb. No sealing, no chain, no walls, no dedupe. Connections: pg's default of 10, as ours.
import pg from 'pg';
import { answer } from '../stand/answer.mjs';
import { Interactions } from '../load/interactions.mjs';
import { call } from './callers.mjs';

const { url } = JSON.parse(process.argv[2]);
const pool = new pg.Pool({ connectionString: url });
await pool.query(`
  CREATE TABLE stream (stream text PRIMARY KEY, version bigint NOT NULL);
  CREATE TABLE event (position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    stream text NOT NULL, version bigint NOT NULL, type text NOT NULL, data jsonb NOT NULL, UNIQUE (stream, version))`);

const APPEND = {
  name: 'append',
  text: `WITH s AS (INSERT INTO stream (stream, version) VALUES ($1, 1) ON CONFLICT (stream) DO UPDATE SET version = stream.version + 1 RETURNING version)
         INSERT INTO event (stream, version, type, data) SELECT $1, version, $2, $3 FROM s RETURNING position, version`,
};
const supply = new Interactions('append');
const append = (stream) => pool.query({ ...APPEND, values: [`stream-${stream}`, 'message.received', supply.next()] });

answer({ run: (given) => call(append, given) });
