import { randomUUID } from 'node:crypto';
import { unavailable } from '@throughline/contracts';
import type { Consumer, KafkaMessage } from 'kafkajs';
import type { BroadcastOptions } from '../bus.contract';
import { faultOf } from '../bus-log';
import { KafkaReader, type KafkaParts } from './kafka-reader';

/**
 * Reads a whole topic for this process: the only member of a group of its own that never commits, so every start is
 * from the beginning. The group is deleted on leaving; what a killed process leaves the broker drops, as it is empty.
 */
export class BroadcastConsumer extends KafkaReader {
  private readonly caughtUp: PromiseWithResolvers<void> = Promise.withResolvers();
  /** By partition: the next offset to do. */
  private readonly next = new Map<number, bigint>();
  /** By partition: the end seen on joining, until it is reached. */
  private targets: Map<number, bigint> | undefined;

  constructor(parts: KafkaParts, options: BroadcastOptions) {
    super(parts, { topic: options.topic, maxBatch: 500, job: { handle: options.handle } });
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

  protected async advance(_: Consumer, partition: number, offset: string): Promise<void> {
    this.next.set(partition, BigInt(offset));
    this.reach([{ partition, low: offset }]);
  }

  protected wanted(partition: number, { offset }: KafkaMessage): boolean {
    return BigInt(offset) >= (this.next.get(partition) ?? 0n);
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

  private reach(reached: readonly { partition: number; low: string }[]): void {
    for (const { partition, low } of reached) {
      if (BigInt(low) >= (this.targets?.get(partition) ?? 0n)) this.targets?.delete(partition);
    }
    if (this.targets?.size === 0) this.caughtUp.resolve();
  }

  private offsets() {
    return this.parts.cluster.admin((admin) => admin.fetchTopicOffsets(this.topicName));
  }
}
