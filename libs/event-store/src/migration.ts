import type { Migration } from '@throughline/postgres';
import { appendFunctions } from './append.sql';
import { stampEvents } from './stamp.sql';
import { tables } from './tables.sql';

/** The log of a service, for its list of migrations. */
export function eventStoreMigration(service: string): Migration {
  return { name: '1767225600000CreateEventLog', sql: tables(service) + stampEvents(service) + appendFunctions(service) };
}
