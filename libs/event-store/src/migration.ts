import { schemaName, type Migration } from '@throughline/postgres';
import { appendFunctions } from './append.sql';
import { stampEvents, stampFunction } from './stamp.sql';
import { tables } from './tables.sql';

/** The log of a service, for its list of migrations. */
export function eventStoreMigration(service: string): Migration {
  return { name: '1767225600000CreateEventLog', sql: tables(service) + stampEvents(service) + appendFunctions(service) };
}

const FORMER = ['append_group', 'append_events', 'raise_streams', 'settle_streams', 'look_up_events', 'judge_calls', 'rechain_events'];

/** The functions as they are now, for a log that was made with former ones: it stands in the list of migrations beside the log's own. */
export function appendInOneFunction(service: string): Migration {
  const drop = `DROP FUNCTION IF EXISTS ${FORMER.join(', ')};`;
  return { name: '1795700000000AppendInOneFunction', sql: drop + stampFunction(schemaName(service)) + appendFunctions(service) };
}
