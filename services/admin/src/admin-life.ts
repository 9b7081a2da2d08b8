import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { eventStore, subscribe, type LogSubscription } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';
import type { Runtime } from '@throughline/platform';
import { BlobKeeper } from './blob-keeper';
import type { ConfigChanges } from './config/config-changes';
import { configRelay } from './config/config-relay';
import type { Visibility } from './config/visibility';
import { DEMO_KEY, ensureDemo } from './demo/demo-tenant';
import { demoPath } from './demo/demo-file';
import { KeyKeeper } from './key-keeper';

/** What admin does besides answering: publishes its log, keeps the demo tenant, destroys keys and blobs whose time is over. */
export class AdminLife implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('admin');
  private readonly keeper: KeyKeeper;
  private readonly blobKeeper: BlobKeeper;
  private relay: LogSubscription | undefined;

  constructor(
    private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly changes: ConfigChanges,
    private readonly visibility: Visibility,
  ) {
    this.keeper = new KeyKeeper(runtime.vault, this.log);
    this.blobKeeper = new BlobKeeper(runtime, this.log);
  }

  async onApplicationBootstrap(): Promise<void> {
    const onError = (error: unknown) => this.log.error({ err: error }, 'the configuration could not be published yet');
    const handle = configRelay(this.runtime.bus, this.runtime.vault);
    this.relay = await subscribe(this.database, eventStore, { name: 'config', handle, onError });
    this.keeper.start();
    this.blobKeeper.start();
    if (this.runtime.config.demo) await this.keepDemo();
  }

  async onModuleDestroy(): Promise<void> {
    await this.relay?.close();
    await this.keeper.stop();
    await this.blobKeeper.stop();
  }

  private async keepDemo(): Promise<void> {
    const { config, clock } = this.runtime;
    const demo = await ensureDemo(this.changes, config, clock());
    await this.visibility.tokenCounts(demo.apiKey);
    this.log.log({ tenant: demo.tenantId, key: DEMO_KEY, file: demoPath(config.dataDir) }, 'the demo tenant is ready');
  }
}
