import { busMigration, openEmbeddedBus, openKafkaBus, type Bus } from '@throughline/bus';
import type { Logger } from 'pino';
import type { RuntimeConfig } from '../runtime.contract';
import type { ServiceDatabases } from './service-databases';

/** Kafka where brokers are named, else a log in the process' own PostgreSQL; with its topics. */
export async function openBus(config: RuntimeConfig, service: string, databases: ServiceDatabases, log: Logger): Promise<Bus> {
  if (config.kafkaBrokers.length > 0) return openKafkaBus({ brokers: config.kafkaBrokers, clientId: `throughline-${service}`, log });
  const { database, url } = await databases.get('bus', [busMigration]);
  return openEmbeddedBus({ database, url, log });
}
