// Peer: COPY text of plain rows (uuid, version, type, jsonb), the quickest way into a table of events: its position, the transaction
// that a gapless reader needs, each version of a stream once. No sealing, no chain, no walls, no dedupe.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { answer } from '../stand/answer.mjs';
import { Interactions } from '../load/interactions.mjs';
import { callInBulk, STREAMS } from './callers.mjs';

const { url } = JSON.parse(process.argv[2]);
const pool = new pg.Pool({ connectionString: url, max: 4 });
await pool.query(`CREATE TABLE event (
  position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  stream uuid NOT NULL, version bigint NOT NULL, type text NOT NULL, data jsonb NOT NULL, UNIQUE (stream, version))`);

/** One COPY as pg submits a query of its own kind. */
class CopyIn {
  constructor(text, data, done) {
    Object.assign(this, { text, data, callback: done });
  }

  submit(connection) {
    connection.query(this.text);
  }

  handleCopyInResponse(connection) {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }

  handleCommandComplete() {}

  handleReadyForQuery() {
    this.callback(this.error);
  }

  handleError(error) {
    this.error = error;
    this.callback(error);
  }
}

const streams = Array.from({ length: STREAMS }, () => randomUUID());
const versions = new Uint32Array(STREAMS);
const supply = new Interactions('copy');

async function append(numbers) {
  const rows = numbers.map((stream) => `${streams[stream]}\t${++versions[stream]}\tmessage.received\t${supply.next()}\n`).join('');
  const client = await pool.connect();
  try {
    await new Promise((resolve, reject) => {
      client.query(new CopyIn('COPY event (stream, version, type, data) FROM STDIN', Buffer.from(rows), (error) => (error ? reject(error) : resolve())));
    });
  } finally {
    client.release();
  }
}

answer({ bulk: (given) => callInBulk(append, given) });
