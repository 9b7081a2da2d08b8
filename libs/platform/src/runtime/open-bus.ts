import { busMigration, openEmbeddedBus, openKafkaBus, type Bus, type KafkaBusOptions } from '@throughline/bus';
import type { Vault } from '@throughline/vault';
import type { Logger } from 'pino';
import type { RuntimeConfig } from '../runtime.contract';
import type { ServiceDatabases } from './service-databases';
import { countDoubts } from './counted-bus';
import type { IsTenant } from './named-tenant';
import { vaultFrames } from './vault-frames';

/** For tests that share a cluster. */
export type KafkaTuning = Pick<KafkaBusOptions, 'topicPrefix' | 'maxPartitions'>;

export interface BusParts {
  service: string;
  databases: ServiceDatabases;
  vault: Vault;
  log: Logger;
  isTenant: IsTenant;
  kafka?: KafkaTuning;
}

/** Kafka where brokers are named, else a log in the process' own PostgreSQL; with its topics. */
export async function openBus({ kafkaBrokers: brokers }: RuntimeConfig, { service, databases, vault, log, kafka, isTenant }: BusParts): Promise<Bus> {
  const frames = vaultFrames(vault, isTenant);
  if (brokers.length > 0) return openKafkaBus({ ...kafka, brokers, frames, clientId: `throughline-${service}`, log, inDoubt: countDoubts });
  return openEmbeddedBus({ database: await databases.get('bus', [busMigration]), frames, log });
}
