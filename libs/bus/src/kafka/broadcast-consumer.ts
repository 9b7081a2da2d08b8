import { randomUUID } from 'node:crypto';
import { unavailable } from '@throughline/contracts';
import type { Consumer, KafkaMessage } from 'kafkajs';
import type { BroadcastOptions, Message } from '../bus.contract';
import { faultOf, passOver } from '../bus-log';
import { KafkaReader, type KafkaParts } from './kafka-reader';

/**
 * Reads a whole topic for this process: the only member of a group of its own that never commits, so every start is
 * from the beginning. The group is deleted on leaving; what a killed process leaves the broker drops, as it is empty.
 */
export class BroadcastConsumer extends KafkaReader {
  private readonly caughtUp: PromiseWithResolvers<void> = Promise.withResolvers();
  /** By partition: the next offset to do, and the greatest time (Unix ms) of what is done. */
  private readonly next = new Map<number, { offset: bigint; time: number }>();
  /** By partition: the end seen on joining, until it is reached. */
  private targets: Map<number, bigint> | undefined;

  constructor(parts: KafkaParts, options: BroadcastOptions) {
    super(parts, { topic: options.topic, maxBatch: 500, job: { handle: options.handle, onRejected: passOver(parts.log) } });
  }

  /** Resolves at the end seen on joining; throws `unavailable` (`bus-closed`) where it is closed before. */
  ready(): Promise<void> {
    return this.caughtUp.promise;
  }

  protected groupId(): string {
    return `${this.parts.prefix}broadcast.${this.reading.topic}.${randomUUID()}`;
  }

  protected async prepare(): Promise<void> {
    const offsets = await this.offsets();
    this.targets ??= new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
    this.reach(offsets);
  }

  protected joined(): void {}

  protected async advance(_: Consumer, done: readonly Message[]): Promise<void> {
    const { partition, offset } = done.at(-1)!;
    const next = BigInt(offset) + 1n;
    // Publishers' clocks differ: the last need not be the youngest.
    const time = done.reduce((greatest, { publishedAt }) => Math.max(greatest, publishedAt), this.next.get(partition)?.time ?? 0);
    this.next.set(partition, { offset: next, time });
    this.reach([{ partition, low: String(next) }]);
  }

  /** A topic that was lost and made anew has the same offsets again: what is younger than all that is done is not done. */
  protected wanted(partition: number, { offset, timestamp }: KafkaMessage): boolean {
    const next = this.next.get(partition);
    return !next || BigInt(offset) >= next.offset || Number(timestamp) > next.time;
  }

  /** What was to be read may be deleted meanwhile: then the start of the topic has passed the end seen. */
  protected async idle(): Promise<void> {
    if (this.targets?.size) this.reach(await this.offsets());
  }

  protected async left(groupId: string): Promise<void> {
    const left = this.parts.cluster.admin((admin) => admin.deleteGroups([groupId]));
    await left.catch((error: unknown) => this.parts.log.warn(faultOf(error), 'the group of a broadcast was not deleted'));
  }

  protected async leave(): Promise<void> {
    this.caughtUp.reject(unavailable('bus-closed', 'the bus was closed before the topic was read'));
  }

  /** An end that lies beyond the topic's own is one of a topic that was lost. */
  private reach(reached: readonly { partition: number; low: string; high?: string }[]): void {
    for (const { partition, low, high } of reached) {
      const target = this.targets?.get(partition) ?? 0n;
      if (BigInt(low) >= target || (high !== undefined && BigInt(high) < target)) this.targets?.delete(partition);
    }
    if (this.targets?.size === 0) this.caughtUp.resolve();
  }

  private offsets() {
    return this.parts.cluster.admin((admin) => admin.fetchTopicOffsets(this.topicName));
  }
}
