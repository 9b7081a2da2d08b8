import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { isRejected, type ThroughlineError } from '@throughline/contracts';
import { eventStore, type StoredEvent } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';
import { LRUCache } from 'lru-cache';
import { Keeper, type Keeping, type Runtime } from '@throughline/platform';
import type { ConfigChanges } from './config/config-changes';
import { BusReturn } from './config/bus-return';
import { ConfigPublication } from './config/config-publication';
import type { Visibility } from './config/visibility';
import { DEMO_KEY, ensureDemo } from './demo/demo-tenant';
import { demoPath } from './demo/demo-file';

const REMEMBERED = 10_000;

/** What admin does besides answering: publishes its log, keeps the demo tenant, destroys keys and blobs whose time is over. */
export class AdminLife implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('admin');
  private readonly keepers: Keeper[];
  private readonly publication: ConfigPublication;
  private readonly busReturn: BusReturn;
  private readonly told = new LRUCache<string, true>({ max: REMEMBERED });

  constructor(
    private readonly runtime: Runtime,
    database: Database,
    private readonly changes: ConfigChanges,
    private readonly visibility: Visibility,
  ) {
    this.keepers = [expiredKeys(runtime), expiredBlobs(runtime)].map((keeping) => new Keeper(keeping, this.log));
    const onError = (error: unknown) => this.log.error({ err: error }, 'the configuration could not be published yet');
    const onUnopenable = (event: StoredEvent, error: ThroughlineError) => this.passOver(event, error);
    const onLost = (things: number) => this.lost(things);
    this.publication = new ConfigPublication({ ...runtimeParts(runtime), database, store: eventStore, onUnopenable, onError, onLost, log: this.log });
    this.busReturn = new BusReturn({ healthy: () => runtime.bus.healthy(), onReturn: async () => (await this.restore()) === 0, onError });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.publication.start();
    this.busReturn.start();
    for (const keeper of this.keepers) keeper.start();
    if (this.runtime.config.demo) await this.keepDemo();
  }

  async onModuleDestroy(): Promise<void> {
    await this.busReturn.stop();
    await this.publication.stop();
    for (const keeper of this.keepers) await keeper.stop();
  }

  /** After the bus was away: how many things it lacked. */
  restore(): Promise<number> {
    return this.publication.restore();
  }

  /** Said aloud, since the bus has lost what doors acknowledged too. */
  private lost(missing: number): void {
    this.log.error(
      { missing },
      'the bus came back without configuration it had held, which is published again; interactions it had not handed on are gone: throughline_bus_published_total plus throughline_bus_doubtful_total less throughline_bus_handled_total says how many at most',
    );
  }

  /** Said once. Where keys may come back it is looked for again, since the relay has gone past it. */
  private passOver({ id, tenant }: StoredEvent, error: ThroughlineError): void {
    if (!isRejected(error)) this.busReturn.again();
    if (this.told.has(id)) return;
    this.told.set(id, true);
    this.log.error({ err: error, tenant, event: id }, 'a part of the configuration does not open, and is not published');
  }

  private async keepDemo(): Promise<void> {
    const { config, clock } = this.runtime;
    const demo = await ensureDemo(this.changes, config, clock());
    await this.visibility.tokenCounts(demo.apiKey);
    this.log.log({ tenant: demo.tenantId, key: DEMO_KEY, file: demoPath(config.dataDir) }, 'the demo tenant is ready');
  }
}

const expiredKeys = ({ vault }: Runtime): Keeping => ({
  everyMs: 3_600_000,
  work: () => vault.destroyExpired(),
  done: 'keys destroyed whose time was over',
  failed: 'expired keys could not be destroyed',
  irreversible: true,
});

const expiredBlobs = (runtime: Runtime): Keeping => ({
  everyMs: 86_400_000,
  work: () => runtime.expireBlobs(),
  done: 'blobs deleted whose time was over',
  failed: 'blobs whose time is over could not be deleted',
  irreversible: true,
});

const runtimeParts = ({ bus, vault }: Runtime) => ({ bus, vault });
