import { append } from './append';
import type { EventStore } from './event-store.contract';
import { generation, known, readBoxes, readById, readLog, readPlaces, readStream } from './read';
import { verify } from './verify';

/** The event store over the tables of `eventStoreMigration`. It holds no state: the schema is that of the transaction's login. */
export const eventStore: EventStore = { append, known, readStream, readById, readBoxes, readLog, readPlaces, generation, verify };
