import type { Consumer } from 'kafkajs';
import type { GroupOptions, Message } from '../bus.contract';
import { GroupParking } from '../parking/group-parking';
import { Commits } from './commits';
import { KafkaReader, type KafkaParts } from './kafka-reader';

/** How long `group` waits for the group to take the member in; after that it goes on trying by itself. */
const JOIN_MS = 5000;

/** A member of a consumer group: commits after every batch. */
export class GroupConsumer extends KafkaReader {
  private readonly first: PromiseWithResolvers<void> = Promise.withResolvers();
  private readonly parking: GroupParking | undefined;
  private readonly commits: Commits;

  constructor(
    parts: KafkaParts,
    private readonly options: GroupOptions,
  ) {
    const { topic, group, handle, onRejected, maxBatch = 500 } = options;
    const parking = GroupParking.of(options, parts);
    super(parts, { topic, group, maxBatch, job: { handle, onRejected, parked: parking } });
    this.parking = parking;
    this.commits = new Commits(this.topicName);
    this.companions = parking?.attendants ?? [];
  }

  /** Resolves when it has joined, or after 5 s of trying. */
  async joinedOrTrying(): Promise<void> {
    const timer = setTimeout(() => this.first.resolve(), JOIN_MS);
    await this.first.promise;
    clearTimeout(timer);
  }

  protected groupId(): string {
    return this.parts.prefix + this.options.group;
  }

  /** kafkajs fails for long against a broker that is away; one look is enough to know. */
  protected async prepare(): Promise<void> {
    await this.parts.cluster.admin((admin) => admin.fetchTopicMetadata({ topics: [this.topicName] }));
  }

  protected joined(): void {
    this.commits.assignedAnew();
    this.parking?.assignedAnew();
    this.first.resolve();
  }

  protected advance(consumer: Consumer, done: readonly Message[]): Promise<void> {
    const { partition, offset } = done.at(-1)!;
    return this.commits.add(consumer, partition, String(BigInt(offset) + 1n));
  }

  protected wanted(): boolean {
    return true;
  }

  protected async idle(): Promise<void> {}

  protected async left(): Promise<void> {}

  protected async leave(): Promise<void> {
    this.first.resolve();
  }
}
