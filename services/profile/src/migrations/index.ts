import { parkedPlacesMigration, parkingMigration } from '@throughline/bus';
import { appendInOneFunction, digestMigration, eventStoreMigration } from '@throughline/event-store';
import type { Migration } from '@throughline/postgres';
import { segmentKeyMigration } from '@throughline/vault';
import { readModels } from './read-models';
import { traitsInSummaries } from './traits-in-summaries';

/** The profile's schema: its log with its digests, its keys, its read models, the keys it has parked. */
export const migrations: readonly Migration[] = [
  eventStoreMigration('profile'),
  digestMigration('profile'),
  segmentKeyMigration('profile'),
  readModels,
  parkingMigration('profile'),
  appendInOneFunction('profile'),
  traitsInSummaries,
  parkedPlacesMigration,
];
