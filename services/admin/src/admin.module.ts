import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { parkedPlacesMigration, parkingMigration } from '@throughline/bus';
import { appendInOneFunction, digestMigration, eventStore, eventStoreMigration } from '@throughline/event-store';
import type { Runtime, ServiceDefinition } from '@throughline/platform';
import { AccountsController } from './accounts/accounts.controller';
import { ChannelAccounts } from './accounts/channel-accounts';
import { AdminLife } from './admin-life';
import { ConfigChanges } from './config/config-changes';
import { ConfigVersions, ConfigVersionsHandlers } from './config/config-versions.handlers';
import { Lists } from './config/paging';
import { Visibility } from './config/visibility';
import { DeadLetterDecisions } from './dead-letters/dead-letter-decisions';
import { DeadLetterTable } from './dead-letters/dead-letter-table';
import { DeadLetters } from './dead-letters/dead-letters';
import { DeadLettersHandlers } from './dead-letters/dead-letters.handlers';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { ApiKeys } from './keys/api-keys';
import { KeysController } from './keys/keys.controller';
import { adminTables } from './migrations/tables';
import { Tenants } from './tenants/tenants';
import { TenantsController } from './tenants/tenants.controller';

/** Tenants, API keys, channel accounts and dead letters: what every other service learns by the topic `config`. */
@Module({})
export class AdminModule {
  static async register(runtime: Runtime): Promise<DynamicModule> {
    const database = await runtime.database('admin', [eventStoreMigration('admin'), digestMigration('admin'), adminTables, parkingMigration('admin'), appendInOneFunction('admin'), parkedPlacesMigration]);
    runtime.parking.open('admin', database);
    const changes = new ConfigChanges({ ...pick(runtime), database, store: eventStore });
    const versions = new ConfigVersions();
    const visibility = new Visibility(runtime.directory, versions);
    const values = [
      ...[new Tenants(changes, runtime.clock), new ApiKeys(changes, runtime.clock), new ChannelAccounts(changes, runtime.clock)],
      ...[new DeadLetters(new DeadLetterTable(database), new DeadLetterDecisions({ ...runtime, database }), runtime.vault, runtime.blobs), new Lists(runtime.vault), visibility],
      ...[versions, new AdminLife(runtime, database, changes, visibility)],
    ];
    const controllers = [TenantsController, KeysController, AccountsController, DeadLettersController, DeadLettersHandlers, ConfigVersionsHandlers];
    return { module: AdminModule, controllers, providers: values.map(provider) };
  }
}

const pick = ({ vault, clock, version }: Runtime) => ({ vault, clock, version });

/** Each is injected by its own class. */
const provider = (value: object): Provider => ({ provide: value.constructor, useValue: value });

export const adminService: ServiceDefinition = { name: 'admin', module: (runtime) => AdminModule.register(runtime) };
