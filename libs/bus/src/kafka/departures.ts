import { setTimeout as delay } from 'node:timers/promises';
import { KafkaJSProtocolError, type Consumer } from 'kafkajs';
import { faultOf, type BusLog } from '../bus-log';
import type { Cluster } from './cluster';

/** Ms between tries, while the broker is away. */
const PAUSE_MS = 500;

/** The broker was there, and will not have it. (That tries were used up is not "retriable" either, in kafkajs' words.) */
const isRefusal = (error: unknown) => error instanceof KafkaJSProtocolError && !error.retriable;

interface Parts {
  cluster: Pick<Cluster, 'leaveGroup'>;
  log: BusLog;
}

/**
 * Says goodbye for members that crashed. A consumer of kafkajs that does (its broker answered that there is no broker, say) comes
 * back as a new member, and the group would wait for the old one until its session ends: 10 s in which nothing is read.
 */
export class Departures {
  private member: string | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly ending: AbortSignal,
  ) {}

  watch(consumer: Consumer, groupId: string): void {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => (this.member = payload.memberId));
    consumer.on(consumer.events.CRASH, () => {
      const { member } = this;
      this.member = undefined;
      if (member) void this.leave(groupId, member);
    });
  }

  /** Until the broker is there; what else goes wrong ends it: the session will end by itself. */
  private async leave(groupId: string, memberId: string): Promise<void> {
    try {
      while (!(await this.left(groupId, memberId))) await delay(PAUSE_MS, undefined, { signal: this.ending });
    } catch (error) {
      if (!this.ending.aborted) this.parts.log.warn({ group: groupId, ...faultOf(error) }, 'a member that crashed did not leave its group');
    }
  }

  private async left(groupId: string, memberId: string): Promise<boolean> {
    try {
      await this.parts.cluster.leaveGroup(groupId, memberId);
      return true;
    } catch (error) {
      if (isRefusal(error)) throw error;
      return false;
    }
  }
}
