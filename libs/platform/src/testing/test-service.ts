import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@throughline/postgres/testing';
import pino from 'pino';
import { readConfig } from '../config/read-config';
import { startService, type RunningService, type StartOptions } from '../start/start-service';
import type { RuntimeConfig, ServiceDefinition } from '../runtime.contract';
import { ConfigPublisher } from './config-publisher';

/** Logins belong to the server and all tests share them: `testDatabase` gives them this password too. */
const PASSWORD = 'throughline-test';

export interface TestService extends RunningService {
  /** Tenants, accounts and keys for it. */
  publish: ConfigPublisher;
  /** Of its database: give it to another to have two processes of one installation. */
  adminUrl: string;
}

/** The configuration of a test: a port of its own, everything in this folder, no demo, no log. */
export const testConfig = (dataDir: string, more: Partial<RuntimeConfig> = {}): RuntimeConfig => ({
  ...readConfig({ PORT: '0', SMTP_PORT: '0', DATA_DIR: dataDir, DEMO: '0', LOG_LEVEL: 'silent' }),
  ...more,
});

/** A service as it runs embedded, in a fresh database and a folder of its own; `close` ends it and drops both. */
export async function startForTest(definition: ServiceDefinition, more: Partial<RuntimeConfig> = {}, options: Pick<StartOptions, 'log' | 'kafka' | 'adminUrl'> = {}): Promise<TestService> {
  const dataDir = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  const fresh = await testDatabase('bus', []);
  const onClose = async () => {
    await fresh.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const { adminUrl } = { ...fresh, ...options };
  const running = await startService(definition, {
    config: testConfig(dataDir, more),
    servicePassword: PASSWORD,
    log: pino({ level: 'silent' }),
    ...options,
    adminUrl,
    ownsProcess: false,
    onClose,
  });
  return { ...running, publish: new ConfigPublisher(running.runtime), adminUrl };
}
