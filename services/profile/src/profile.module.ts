import { Logger, Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleDestroy, type Provider } from '@nestjs/common';
import { eventStore, subscribe, type LogSubscription } from '@throughline/event-store';
import { redriveHandlers, type Runtime, type ServiceDefinition } from '@throughline/platform';
import type { Database } from '@throughline/postgres';
import { BodyStore } from './body-store';
import { Intake } from './intake';
import { JoinedIntake } from './joined-intake';
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
import { redriveInteraction } from './redrive-interaction';
import { Relay } from './relay';
import { TraitValues } from './trait-values';

/** Follows the log while the module lives. Requests that wait are ended before the doors close, which wait for them. */
class LogFollowers implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly log = new Logger('profile');
  private subscription: LogSubscription | undefined;

  constructor(
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly watch: InteractionWatch,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.watch.open();
    this.subscription = await subscribe(this.database, eventStore, {
      name: 'relay',
      handle: (events) => this.relay.publish(events),
      onError: (error) => this.log.warn({ err: error }, 'publishing the log failed, trying again'),
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.watch.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.subscription?.close();
  }
}

@Module({})
export class ProfileModule {
  static async register(runtime: Runtime): Promise<DynamicModule> {
    const database = await runtime.database('profile', migrations);
    runtime.parking.open('profile', database);
    const redrives = redriveHandlers('profile', runtime, { take: redriveInteraction(runtime), parked: database });
    return {
      module: ProfileModule,
      controllers: [InteractionsHandlers, redrives, CustomersController, InteractionsController, MessagesController],
      providers: providers(runtime, database),
    };
  }
}

function providers(runtime: Runtime, database: Database): Provider[] {
  const { vault, blobs, bus, directory, clock } = runtime;
  const bodies = new BodyStore(blobs);
  const traits = new TraitValues(eventStore, bodies);
  const ledger = new Ledger(eventStore, vault, bodies, traits);
  const watch = new InteractionWatch(database, eventStore);
  return [
    { provide: RUNTIME, useValue: runtime },
    { provide: DATABASE, useValue: database },
    { provide: JoinedIntake, useValue: new JoinedIntake(new Intake(database, eventStore, ledger)) },
    { provide: TraitValues, useValue: traits },
    { provide: TimelineReader, useValue: new TimelineReader(eventStore, vault, bodies) },
    { provide: InteractionWatch, useValue: watch },
    { provide: MessageRequests, useValue: new MessageRequests({ database, store: eventStore, vault, directory, bodies, ledger, clock }) },
    { provide: LogFollowers, useValue: new LogFollowers(database, new Relay({ database, vault, bus, traits, blobs }), watch) },
  ];
}

export const profileService: ServiceDefinition = { name: 'profile', module: (runtime) => ProfileModule.register(runtime) };
