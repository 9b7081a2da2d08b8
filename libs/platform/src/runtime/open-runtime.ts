import { BLOB_SCHEMA, blobMigrations, expireBlobs, openBlobStore, openPostgresBlobStore, type BlobStreams } from '@throughline/blob';
import type { Bus } from '@throughline/bus';
import { rejected } from '@throughline/contracts';
import type { Database, Migration } from '@throughline/postgres';
import { openKeyStore, openVault, type KeyPort, type Vault } from '@throughline/vault';
import type { Logger } from 'pino';
import { ConfigDirectory } from '../directory/config-directory';
import { BusDoor } from '../door/bus-door';
import { BusDeadLetters } from '../door/set-aside';
import { GroupParkingLots } from '../parking/group-parking-lots';
import type { Runtime, RuntimeConfig } from '../runtime.contract';
import { openLog } from '../telemetry/log';
import { CountedBus } from './counted-bus';
import { knownTo } from './named-tenant';
import { openBus, type KafkaTuning } from './open-bus';
import { untilAvailable } from './retry';
import { ServiceDatabases } from './service-databases';
import { buildVersion } from './version';

/** For whom a runtime is opened, and what tests and the one process of embedded mode bring themselves. */
export interface OpenOptions {
  service: string;
  /** A login that may make roles and databases: every service then gets its schema in that database (embedded mode). */
  adminUrl?: string;
  /** Password of the services' logins in embedded mode; default: derived from the administrator's. */
  servicePassword?: string;
  kafka?: KafkaTuning;
  log?: Logger;
  clock?: () => Date;
  /** Ends the waiting for a database or a broker that is not there yet. */
  signal?: AbortSignal;
}

/** A runtime whose owner can ask how it is and close it. */
export interface OpenedRuntime extends Runtime {
  readonly log: Logger;
  readonly directory: ConfigDirectory;
  readonly parking: GroupParkingLots;
  /** Each part by name, and whether it answers now. */
  health(): Promise<Record<'database' | 'bus' | 'directory' | 'blobs', boolean>>;
  /** Ends subscriptions, waits for what is being published, closes the pools. */
  close(): Promise<void>;
}

/**
 * Opens what a service leans on, and reads the whole topic `config` first. What is not there yet is waited for, with a
 * line in the log for every try. Throws `rejected` (`configuration`) where the configuration cannot work.
 */
export async function openRuntime(config: RuntimeConfig, options: OpenOptions): Promise<OpenedRuntime> {
  const log = options.log ?? openLog(options.service, config.logLevel);
  const persist = persistence(log, options.signal);
  const from = source(config, options, log);
  const databases = new ServiceDatabases(from, persist);
  try {
    const vault = openVault(keyStore(config), options.clock ?? now, { onlyFounded: true });
    const directory = new ConfigDirectory(vault);
    const bus = new CountedBus(await persist(() => openBus(config, { ...options, databases, vault, log, isTenant: knownTo(directory) })));
    await persist(() => bus.ensureTopics());
    const blobs = await persist(() => openBlobs(config, databases, from.adminUrl !== undefined));
    const parts = { bus, vault, blobs };
    await persist(() => directory.follow(bus));
    return new ProcessRuntime({ ...parts, config, directory, databases, log, clock: options.clock ?? now });
  } catch (error) {
    await databases.close();
    throw error;
  }
}

const now = () => new Date();

/** `postgres:` alone is the process's own database, where it makes every schema (embedded mode). */
async function openBlobs({ blobUrl }: RuntimeConfig, databases: ServiceDatabases, embedded: boolean): Promise<BlobStreams> {
  if (!/^postgres(ql)?:$/.test(blobUrl)) return openBlobStore(blobUrl);
  if (!embedded) throw rejected('configuration', 'BLOB_URL must name a database: postgres://user:password@host:port/database.');
  return openPostgresBlobStore(await databases.get(BLOB_SCHEMA, blobMigrations));
}

function keyStore({ keyStore: address }: RuntimeConfig): KeyPort {
  try {
    return openKeyStore(address);
  } catch (cause) {
    throw rejected('configuration', 'KEY_STORE names a store that no driver knows.', { cause });
  }
}

/** Without brokers and without an administrator's URL, DATABASE_URL must be one. */
function source(config: RuntimeConfig, options: OpenOptions, log: Logger) {
  const embedded = config.kafkaBrokers.length === 0;
  return { adminUrl: options.adminUrl ?? (embedded ? config.databaseUrl : undefined), databaseUrl: config.databaseUrl, password: options.servicePassword, log };
}

function persistence(log: Logger, signal = new AbortController().signal) {
  const onFailure = (error: Error, nextInMs: number) => log.warn({ err: error, nextInMs }, 'not there yet, trying again');
  return <T>(work: () => Promise<T>) => untilAvailable(work, { onFailure, signal });
}

interface Parts {
  config: RuntimeConfig;
  bus: Bus;
  vault: Vault;
  blobs: BlobStreams;
  directory: ConfigDirectory;
  databases: ServiceDatabases;
  log: Logger;
  clock: () => Date;
}

class ProcessRuntime implements OpenedRuntime {
  readonly version = buildVersion();
  readonly config = this.parts.config;
  readonly bus = this.parts.bus;
  readonly vault = this.parts.vault;
  readonly blobs = this.parts.blobs;
  readonly directory = this.parts.directory;
  readonly log = this.parts.log;
  readonly clock = this.parts.clock;
  readonly door = new BusDoor({ ...this.parts, version: this.version });
  readonly deadLetters = new BusDeadLetters(this.parts);
  readonly parking = new GroupParkingLots(this.parts);

  constructor(private readonly parts: Parts) {}

  database(service: string, migrations: readonly Migration[]): Promise<Database> {
    return this.parts.databases.get(service, migrations);
  }

  expireBlobs(): Promise<number> {
    return expireBlobs(this.parts.blobs, this.clock());
  }

  async health() {
    const { databases, bus, blobs, directory } = this.parts;
    const [database, busThere, blobsThere] = await Promise.all([databases.healthy(), bus.healthy(), blobs.healthy()]);
    return { database, bus: busThere, blobs: blobsThere, directory: directory.ready() };
  }

  async close(): Promise<void> {
    await this.parts.bus.close();
    await this.parts.blobs.close();
    await this.parts.databases.close();
  }
}
