import { digestMigration, eventStoreMigration } from '@throughline/event-store';
import type { Migration } from '@throughline/postgres';
import { segmentKeyMigration } from '@throughline/vault';
import { readModels } from './read-models';

/** The profile's schema: its log, its keys, its read models. */
export const migrations: readonly Migration[] = [eventStoreMigration('profile'), digestMigration('profile'), segmentKeyMigration('profile'), readModels];
