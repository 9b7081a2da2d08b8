import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from '@throughline/contracts';
import type { Producer } from 'kafkajs';
import { bufferOf } from '../buffer-of';
import { faultOf, type BusLog } from '../bus-log';
import { GroupCommit } from '../group-commit';
import type { Frames, OutgoingRecord } from '../frames/frames';
import { bytesOf, type Outgoing } from '../outgoing';
import { within } from '../within';
import type { Cluster } from './cluster';
import { sendPlan } from './send-plan';

/** A send that takes longer has failed: a door must answer 503, not hang. */
const SEND_MS = 8000;
const PROBE_MS = 500;
/** Gets over a change of leader (a few seconds), and ends within SEND_MS. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 8 };

/**
 * The way of one topic's messages out: one send in flight, since kafkajs swaps concurrent sends to a partition. After a
 * failed send the producer is made anew (its sequence numbers are in doubt) and publishing fails at once until the
 * cluster answers again.
 */
export class Lane {
  private readonly waiting: GroupCommit<Outgoing>;
  private producer: Promise<Producer> | undefined;
  private probing: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly cluster: Cluster,
    private readonly topic: string,
    private readonly frames: Frames,
    private readonly log: BusLog,
    /** Told of so many messages whose sending failed: they may be durable all the same. */
    private readonly inDoubt: (messages: number) => void,
  ) {
    this.waiting = new GroupCommit<Outgoing>({ flush: (messages) => this.flush(messages), bytesOf, maxItems: 2000, maxBytes: 8 * 1024 * 1024 });
  }

  async publish(messages: readonly Outgoing[]): Promise<void> {
    if (this.probing) throw away();
    await this.waiting.add(messages);
  }

  async close(): Promise<void> {
    await this.waiting.idle();
    this.closing.abort();
    await this.probing;
    await this.retire();
  }

  private async flush(messages: readonly Outgoing[]): Promise<void> {
    try {
      for (const send of sendPlan(await this.frames.close(messages))) await this.send(send);
    } catch (error) {
      this.log.warn({ topic: this.topic, ...faultOf(error) }, 'Kafka did not take the messages');
      this.probing ??= this.probe();
      throw away(error);
    }
  }

  private async send(records: readonly OutgoingRecord[]): Promise<void> {
    const topicMessages = [{ topic: this.topic, messages: records.map(asKafkaTakesIt) }];
    let begun = false;
    const sending = async () => {
      const producer = await (this.producer ??= this.open());
      begun = true;
      await producer.sendBatch({ acks: -1, timeout: SEND_MS, topicMessages });
    };
    try {
      await within(SEND_MS, sending());
    } catch (error) {
      if (begun) this.inDoubt(records.reduce((sum, { count }) => sum + count, 0));
      throw error;
    }
  }

  private async open(): Promise<Producer> {
    const producer = this.cluster.client(RETRY).producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false, retry: RETRY });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.producer = undefined;
      await producer.disconnect();
      throw error;
    }
  }

  /** Resolves when the cluster answers again, or on closing. */
  private async probe(): Promise<void> {
    await this.retire();
    while (!this.closing.signal.aborted && !(await this.answers())) {
      await sleep(PROBE_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
    this.probing = undefined;
  }

  private answers(): Promise<boolean> {
    return this.cluster.admin((admin) => admin.fetchTopicMetadata({ topics: [this.topic] })).then(
      () => true,
      () => false,
    );
  }

  private async retire(): Promise<void> {
    const old = this.producer;
    this.producer = undefined;
    // A producer that was never connected, or cannot say goodbye, is gone all the same.
    await old?.then((producer) => producer.disconnect()).catch((error: unknown) => this.log.warn(faultOf(error), 'a producer did not end well'));
  }
}

const asKafkaTakesIt = ({ key, value, headers, partition }: OutgoingRecord) => ({ key: bufferOf(key), value: bufferOf(value), headers, partition });

const away = (cause?: unknown) => unavailable('bus-unavailable', 'Kafka did not take the messages', cause);
