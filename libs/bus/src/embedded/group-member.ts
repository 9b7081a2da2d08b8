import type { Database } from '@throughline/postgres';
import type { GroupOptions } from '../bus.contract';
import type { BusLog } from '../bus-log';
import type { FrameSealer } from '../frames/frame-sealer.contract';
import type { Checkpoints } from './checkpoints';
import { GroupParking } from '../parking/group-parking';
import { Listening } from './listening';
import type { MessageLog } from './message-log';
import { read } from './reader';
import { Subscriber } from '../subscriber';

export interface EmbeddedParts {
  database: Database;
  messages: MessageLog;
  checkpoints: Checkpoints;
  log: BusLog;
  prefix: string;
  sealer: FrameSealer;
}

/** One member of a group: waits for the group's lease of the topic, then works it until it ends or loses the lease. */
export class GroupMember extends Subscriber {
  private readonly listening: Listening;
  private readonly parking: GroupParking | undefined;

  constructor(
    private readonly parts: EmbeddedParts,
    private readonly options: GroupOptions,
  ) {
    super(parts.log, { topic: options.topic, group: options.group });
    this.listening = new Listening(parts.database, options.topic, this.bell);
    this.parking = GroupParking.of(options, parts);
    this.companions = this.parking?.attendants ?? [];
  }

  protected async session(): Promise<void> {
    const { topic, group } = this.options;
    await this.listening.open();
    await this.underLease(this.parts.database, `group ${this.parts.prefix}${topic}:${group}`, (going) => this.lead(going));
  }

  protected leave(): Promise<void> {
    return this.listening.close();
  }

  private async lead(going: () => boolean): Promise<void> {
    const { topic, group, handle, onRejected, maxBatch } = this.options;
    const checkpoint = await this.parts.checkpoints.takeOver(group, topic);
    this.parking?.assignedAnew();
    await read({
      log: this.parts.messages,
      topic,
      from: checkpoint,
      maxBatch: maxBatch ?? 500,
      job: { handle, onRejected, parked: this.parking },
      bell: this.bell,
      backoff: this.backoff,
      going,
      paused: () => this.paused,
      onDone: (place) => this.parts.checkpoints.commit(group, topic, checkpoint.epoch, place),
      onFailure: this.handlerFailed,
    });
  }
}
