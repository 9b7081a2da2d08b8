// Peer: emmett's PostgreSQL event store with its defaults. No sealing, no chain, no walls, no dedupe by id.
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { answer } from '../stand/answer.mjs';
import { Interactions } from '../load/interactions.mjs';
import { call } from './callers.mjs';

const { url } = JSON.parse(process.argv[2]);
const store = getPostgreSQLEventStore(url);
await store.schema.migrate();

const supply = new Interactions('append');
const append = (stream) => store.appendToStream(`stream-${stream}`, [{ type: 'message.received', data: JSON.parse(supply.next()) }]);

answer({ run: (given) => call(append, given) });
