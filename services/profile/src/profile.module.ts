import { Logger, Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleDestroy, type Provider } from '@nestjs/common';
import { eventStore, rebuildReadModels, subscribe, throughGate, type LogSubscription, type RebuildOptions } from '@throughline/event-store';
import { Keeper, LogDoor, LogDoorController, redriveHandlers, showHorizon, type Keeping, type Runtime, type ServiceDefinition } from '@throughline/platform';
import type { Database } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';
import { LRUCache } from 'lru-cache';
import { BodyStore } from './body-store';
import { Intake } from './intake';
import { InteractionsHandlers } from './interactions.handlers';
import { Ledger } from './ledger';
import { MessageRequests } from './message-request';
import { MessagesController } from './messages.controller';
import { migrations } from './migrations';
import { DATABASE, RUNTIME } from './profile.tokens';
import { CustomersController } from './reading/customers.controller';
import { InteractionWatch } from './reading/interaction-watch';
import { InteractionsController } from './reading/interactions.controller';
import { TimelineReader } from './reading/timeline-reader';
import { RecentEvents } from './recent-events';
import { redriveInteraction } from './redrive-interaction';
import { profileProjector } from './rebuild';
import { RebuildController } from './rebuild.controller';
import { RebuildRuns } from './rebuild-runs';
import { Relay } from './relay';
import { TraitValues } from './trait-values';

/** Follows the log while the module lives. Requests that wait are ended before the doors close, which wait for them. */
class LogFollowers implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly log = new Logger('profile');
  private readonly erasures: Keeper;
  private subscription: LogSubscription | undefined;
  private hideHorizon: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly recent: RecentEvents,
    private readonly watch: InteractionWatch,
    private readonly runs: RebuildRuns,
    private readonly door: LogDoor,
    { vault }: Pick<Runtime, 'vault'>,
  ) {
    this.erasures = new Keeper(unfinishedErasures(vault, database), this.log);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.erasures.start();
    await this.watch.open();
    this.subscription = await subscribe(this.database, eventStore, {
      name: 'relay',
      onBegin: () => this.relay.begin(),
      recall: (place) => this.recent.recall(place),
      handle: (events) => this.relay.publish(events),
      onError: (error) => this.log.warn({ err: error }, 'publishing the log failed, trying again'),
      horizon: { log: this.log },
    });
    this.hideHorizon = showHorizon('profile', this.subscription);
  }

  async onModuleDestroy(): Promise<void> {
    this.door.close();
    await Promise.all([this.watch.close(), this.runs.close()]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.hideHorizon?.();
    await Promise.all([this.subscription?.close(), this.erasures.stop()]);
  }
}

/** An erasure that was committed by a process which died before it told the key store. */
const unfinishedErasures = (vault: Pick<Vault, 'finishErasures'>, database: Database): Keeping => ({
  everyMs: 3_600_000,
  work: () => vault.finishErasures(database),
  done: 'keys destroyed that erasures had left',
  failed: 'erasures could not be finished',
});

@Module({})
export class ProfileModule {
  static async register(runtime: Runtime): Promise<DynamicModule> {
    const database = await runtime.database('profile', migrations);
    runtime.parking.open('profile', database);
    const redrives = redriveHandlers('profile', runtime, { take: redriveInteraction(runtime), parked: database });
    return {
      module: ProfileModule,
      controllers: [InteractionsHandlers, redrives, CustomersController, InteractionsController, MessagesController, RebuildController, LogDoorController],
      providers: providers(runtime, database),
    };
  }
}

function providers(runtime: Runtime, database: Database): Provider[] {
  const { vault, blobs, bus, directory, clock } = runtime;
  const bodies = new BodyStore(blobs, lostBodies());
  const traits = new TraitValues(eventStore, bodies);
  const recent = new RecentEvents();
  const ledger = new Ledger(eventStore, vault, bodies, traits, recent);
  const watch = new InteractionWatch(database, eventStore);
  const appending = throughGate(database);
  const relay = new Relay({ database, vault, bus, traits, bodies, recent, blobs });
  const door = new LogDoor({ database, store: eventStore, records: (events) => relay.timeline(events) });
  const runs = openRuns(runtime, database, bodies);
  return [
    { provide: RUNTIME, useValue: runtime },
    { provide: DATABASE, useValue: database },
    { provide: Intake, useValue: new Intake(appending, eventStore, ledger, watch) },
    { provide: TraitValues, useValue: traits },
    { provide: TimelineReader, useValue: new TimelineReader(eventStore, vault, bodies) },
    { provide: InteractionWatch, useValue: watch },
    { provide: MessageRequests, useValue: new MessageRequests({ database: appending, store: eventStore, vault, directory, bodies, ledger, clock }) },
    { provide: RebuildRuns, useValue: runs },
    { provide: LogDoor, useValue: door },
    { provide: LogFollowers, useValue: new LogFollowers(database, relay, recent, watch, runs, door, runtime) },
  ];
}

const REMEMBERED_LOSSES = 10_000;

/** Says of each event once that its body is lost: whoever looks meets it again and again. */
function lostBodies(): (event: string, error: Error) => void {
  const log = new Logger('bodies');
  const told = new LRUCache<string, true>({ max: REMEMBERED_LOSSES });
  return (event, err) => {
    if (told.has(event)) return;
    told.set(event, true);
    log.error({ event, err }, 'the body of an event was changed, or the blob that holds it is not in the store; it goes on without its body: look at BLOB_URL and at what throughline verify --bodies says, or bring it back and rebuild');
  };
}

function openRuns({ vault, clock }: Runtime, database: Database, bodies: BodyStore): RebuildRuns {
  const log = new Logger('rebuild');
  const projector = profileProjector({ store: eventStore, vault, bodies });
  const run = (onProgress: RebuildOptions['onProgress'], signal: AbortSignal) => rebuildReadModels(projector, { database, onProgress, signal });
  return new RebuildRuns('profile', run, clock, (error) => log.error({ err: error }, 'the rebuild failed, the live read models are as they were'));
}

export const profileService: ServiceDefinition = { name: 'profile', module: (runtime) => ProfileModule.register(runtime) };
