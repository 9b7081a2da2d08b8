import { parkingMigration } from '@throughline/bus';
import { eventStoreMigration } from '@throughline/event-store';
import type { Migration } from '@throughline/postgres';
import { segmentKeyMigration } from '@throughline/vault';
import { readModels } from './read-models';

/** The profile's schema: its log, its keys, its read models, the keys it has parked. */
export const migrations: readonly Migration[] = [eventStoreMigration('profile'), segmentKeyMigration('profile'), readModels, parkingMigration('profile')];
