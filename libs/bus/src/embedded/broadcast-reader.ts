import { unavailable } from '@throughline/contracts';
import type { BroadcastOptions } from '../bus.contract';
import { passOver } from '../bus-log';
import type { EmbeddedParts } from './group-member';
import { Listening } from './listening';
import { isBefore, START, type Place } from './message-log';
import { read } from './reader';
import { Subscriber } from '../subscriber';

/** Reads a topic from its start for this process alone; what it has seen it keeps in memory. */
export class BroadcastReader extends Subscriber {
  private readonly listening: Listening;
  private readonly joined: PromiseWithResolvers<void> = Promise.withResolvers();
  private place: Place = START;
  private target: Place | undefined;

  constructor(
    private readonly parts: EmbeddedParts,
    private readonly options: BroadcastOptions,
  ) {
    super(parts.log, { topic: options.topic });
    this.listening = new Listening(parts.database, options.topic, this.bell);
  }

  /** Resolves at the end seen on joining; throws `unavailable` (`bus-closed`) where it is closed before. */
  ready(): Promise<void> {
    return this.joined.promise;
  }

  protected async session(): Promise<void> {
    const { messages } = this.parts;
    await this.listening.open();
    this.target ??= (await messages.newest(this.options.topic)) ?? START;
    this.readyAt(this.place);
    await read({
      log: messages,
      topic: this.options.topic,
      from: this.place,
      maxBatch: 500,
      job: { handle: this.options.handle, onRejected: passOver(this.parts.log) },
      bell: this.bell,
      backoff: this.backoff,
      going: this.going,
      paused: () => this.paused,
      onDone: async (place) => this.readyAt(place),
      onCaughtUp: () => this.joined.resolve(),
      onFailure: this.handlerFailed,
    });
  }

  protected leave(): Promise<void> {
    this.joined.reject(unavailable('bus-closed', 'the bus was closed before the topic was read'));
    return this.listening.close();
  }

  private readyAt(place: Place): void {
    this.place = place;
    if (this.target && !isBefore(place, this.target)) this.joined.resolve();
  }
}
