import { TOPICS, unavailable, type Topic, type TopicName } from '@throughline/contracts';
import type { BroadcastOptions, Bus, GroupOptions, OutgoingMessage, Subscription } from '../bus.contract';
import { silent, type BusLog } from '../bus-log';
import type { FrameSealer } from '../frames/frame-sealer.contract';
import { checkTenants, Frames } from '../frames/frames';
import { outgoing } from '../outgoing';
import { Subscribers } from '../subscribers';
import { BroadcastConsumer } from './broadcast-consumer';
import { Cluster, type ClusterOptions } from './cluster';
import { GroupConsumer } from './group-consumer';
import type { KafkaParts } from './kafka-reader';
import { Lane } from './lane';
import { ensureTopics } from './topics';

/** Where the cluster is, and how this process uses it. */
export interface KafkaBusOptions extends Omit<ClusterOptions, 'log'> {
  /** Seals what waits on a framed topic. */
  frames: FrameSealer;
  log?: BusLog;
  /** Told of so many messages whose sending failed: they may be durable all the same. */
  inDoubt?: (topic: TopicName, messages: number) => void;
  /** Partitions of one subscription worked at the same time (default 64: whoever handles them may join what waits). */
  concurrency?: number;
  /** When a member that does not answer is taken for dead. */
  timing?: KafkaParts['timing'];
  /** Default: 3, or as many as there are brokers. */
  replicationFactor?: number;
  /** For tests: put before every topic and group, so that suites share a cluster. */
  topicPrefix?: string;
  /** For tests: partitions of a topic at most. */
  maxPartitions?: number;
}

/**
 * The bus on Apache Kafka. Opening it connects to nothing: the cluster may come later, or go and come back; publishing
 * fails within 10 s while it is away, and at once when that is known.
 */
export const openKafkaBus = (options: KafkaBusOptions): Bus => new KafkaBus(options);

class KafkaBus implements Bus {
  readonly driver = 'kafka';
  private readonly parts: KafkaParts;
  private readonly lanes = new Map<TopicName, Lane>();
  private readonly subscribers = new Subscribers();
  private closed = false;

  constructor(private readonly options: KafkaBusOptions) {
    const { brokers, clientId, ssl, sasl, log = silent, topicPrefix: prefix = '', concurrency = 64, timing } = options;
    this.parts = { sealer: options.frames, frames: new Frames(options.frames, true), cluster: new Cluster({ brokers, clientId, ssl, sasl, log }), log, prefix, concurrency, timing };
  }

  async publish(topic: TopicName, messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.closed) throw unavailable('bus-unavailable', 'the bus is closed');
    checkTenants(topic, messages);
    await this.lane(topic).publish(outgoing(topic, this.partitions(TOPICS[topic]), messages));
  }

  async group(options: GroupOptions): Promise<Subscription> {
    const consumer = new GroupConsumer(this.parts, options).start();
    const subscription = this.subscribers.enter(consumer);
    await consumer.joinedOrTrying();
    return subscription;
  }

  async broadcast(options: BroadcastOptions): Promise<Subscription> {
    const consumer = new BroadcastConsumer(this.parts, options).start();
    const subscription = this.subscribers.enter(consumer);
    await consumer.ready();
    return subscription;
  }

  async ensureTopics(): Promise<void> {
    const plans = Object.values(TOPICS).map((topic) => ({ name: this.parts.prefix + topic.name, partitions: this.partitions(topic), topic }));
    await this.parts.cluster.admin((admin) => ensureTopics(admin, plans, this.options.replicationFactor));
  }

  healthy(): Promise<boolean> {
    return this.parts.cluster.admin((admin) => admin.describeCluster()).then(
      ({ brokers }) => brokers.length > 0,
      () => false,
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.subscribers.close();
    await Promise.all([...this.lanes.values()].map((lane) => lane.close()));
  }

  private partitions({ partitions }: Topic): number {
    return Math.min(partitions, this.options.maxPartitions ?? partitions);
  }

  private lane(topic: TopicName): Lane {
    const lane = this.lanes.get(topic) ?? new Lane(this.parts.cluster, this.parts.prefix + topic, this.parts.frames, this.parts.log, (messages) => this.options.inDoubt?.(topic, messages));
    this.lanes.set(topic, lane);
    return lane;
  }
}
