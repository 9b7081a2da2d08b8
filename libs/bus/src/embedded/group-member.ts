import type { Database } from '@throughline/postgres';
import type { GroupOptions } from '../bus.contract';
import type { BusLog } from '../bus-log';
import type { Checkpoints } from './checkpoints';
import { Listening } from './listening';
import type { Lock, LockSession } from './lock-session';
import type { MessageLog } from './message-log';
import { read } from './reader';
import { Subscriber } from '../subscriber';

export interface EmbeddedParts {
  database: Database;
  messages: MessageLog;
  checkpoints: Checkpoints;
  locks: LockSession;
  log: BusLog;
  prefix: string;
}

/** One member of a group: waits for the group's lock on the topic, then works it until it ends or loses the lock. */
export class GroupMember extends Subscriber {
  private readonly listening: Listening;

  constructor(
    private readonly parts: EmbeddedParts,
    private readonly options: GroupOptions,
  ) {
    super(parts.log, { topic: options.topic, group: options.group });
    this.listening = new Listening(parts.database, options.topic, this.bell);
  }

  protected async session(): Promise<void> {
    await this.listening.open();
    const { topic, group } = this.options;
    const name = `bus:${this.parts.database.service}:${this.parts.prefix}${topic}:${group}`;
    const lock = await this.parts.locks.acquire(name, this.bell, this.going);
    if (!lock) return;
    try {
      await this.lead(lock);
    } finally {
      await lock.release();
    }
  }

  protected leave(): Promise<void> {
    return this.listening.close();
  }

  private async lead(lock: Lock): Promise<void> {
    const { topic, group, maxBatch } = this.options;
    const checkpoint = await this.parts.checkpoints.takeOver(group, topic);
    await read({
      log: this.parts.messages,
      topic,
      from: checkpoint,
      maxBatch: maxBatch ?? 500,
      job: this.options,
      bell: this.bell,
      backoff: this.backoff,
      going: () => lock.held && this.going(),
      onDone: (place) => this.parts.checkpoints.commit(group, topic, checkpoint.epoch, place),
      onFailure: this.handlerFailed,
    });
  }
}
