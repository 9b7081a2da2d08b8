import type { TopicName } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import type { Bell } from '../bell';

/** Channel on which the publishing of a topic is told. */
export const channelOf = (topic: TopicName) => `t_${topic.replaceAll('-', '_')}`;

/** Rings the bell when something is published on the topic, once `open` has resolved; opening again is harmless. */
export class Listening {
  private listener: { close(): Promise<void> } | undefined;

  constructor(
    private readonly database: Database,
    private readonly topic: TopicName,
    private readonly bell: Bell,
  ) {}

  async open(): Promise<void> {
    this.listener ??= await this.database.listen(channelOf(this.topic), () => this.bell.ring());
  }

  async close(): Promise<void> {
    await this.listener?.close();
  }
}
