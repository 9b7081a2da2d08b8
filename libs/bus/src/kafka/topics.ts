import { setTimeout as sleep } from 'node:timers/promises';
import type { Topic, TopicName } from '@throughline/contracts';
import type { Admin, ITopicConfig } from 'kafkajs';
import { TOPIC_BYTES } from '../outgoing';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface TopicPlan {
  /** Its name on the cluster. */
  name: string;
  partitions: number;
  topic: Topic;
}

/** Makes the topics that are missing, while others may be doing the same, and waits until each partition has a leader. */
export async function ensureTopics(admin: Admin, plans: readonly TopicPlan[], replicationFactor?: number): Promise<void> {
  const there = new Set(await admin.listTopics());
  const missing = plans.filter(({ name }) => !there.has(name));
  const { brokers } = await admin.describeCluster();
  const replicas = replicationFactor ?? Math.min(3, brokers.length);
  // One after the other: a broker leads the partitions of one request when it has made them all.
  for (const plan of missing.toSorted(byNeed)) await admin.createTopics({ topics: [config(plan, replicas)], waitForLeaders: false });
  await leaders(admin, plans.map(({ name }) => name));
}

/** What an interaction goes through comes first. */
const NEEDED: TopicName[] = ['config', 'interactions', 'timeline'];
const need = ({ topic }: TopicPlan) => (NEEDED.includes(topic.name) ? NEEDED.indexOf(topic.name) : NEEDED.length);
const byNeed = (a: TopicPlan, b: TopicPlan) => need(a) - need(b);

function config({ name, partitions, topic }: TopicPlan, replicationFactor: number): ITopicConfig {
  const keep = topic.compacted
    ? { 'cleanup.policy': 'compact' }
    : { 'cleanup.policy': 'delete', 'retention.ms': String(topic.retentionDays * DAY_MS) };
  // With three replicas one may be away; with fewer, asking for two would stop the topic with every restart.
  const more = { 'max.message.bytes': String(TOPIC_BYTES), 'min.insync.replicas': replicationFactor >= 3 ? '2' : '1' };
  const configEntries = Object.entries({ ...keep, ...more }).map(([key, value]) => ({ name: key, value }));
  return { topic: name, numPartitions: partitions, replicationFactor, configEntries };
}

async function leaders(admin: Admin, topics: string[]): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await admin.fetchTopicMetadata({ topics }).catch(() => undefined);
    if (found?.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    await sleep(100);
  }
  throw new Error('some partitions have no leader');
}
