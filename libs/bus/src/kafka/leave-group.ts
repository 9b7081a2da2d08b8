import type { Kafka } from 'kafkajs';

interface GroupRequest {
  groupId: string;
  memberId?: string;
}

/** What kafkajs 2.2.4 keeps to itself (src/cluster/index.js). */
interface HiddenCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(request: GroupRequest): Promise<{ leaveGroup(request: GroupRequest): Promise<unknown> }>;
}

const METADATA_MS = 60_000;
const CREATE_CLUSTER = 'private:Kafka:createCluster';

/** `undefined` where this kafkajs has no such thing any more. */
function hiddenCluster(client: Kafka): HiddenCluster | undefined {
  const name = Object.getOwnPropertySymbols(client).find(({ description }) => description === CREATE_CLUSTER);
  const create = name && (client as unknown as Record<symbol, (options: object) => HiddenCluster>)[name];
  return create?.({ metadataMaxAge: METADATA_MS, allowAutoTopicCreation: false });
}

/** The group's coordinator does not know the member: it has left, or its session has ended. */
const isGone = (error: unknown) => (error as { type?: unknown }).type === 'UNKNOWN_MEMBER_ID';

/**
 * Tells the coordinator that a member has left its group (LeaveGroup, https://kafka.apache.org/protocol#The_Messages_LeaveGroup). kafkajs
 * sends this when a consumer is disconnected, but not when one crashes, and has no door for it. Throws what kafkajs throws.
 */
export async function leaveGroup(client: Kafka, groupId: string, memberId: string): Promise<void> {
  const cluster = hiddenCluster(client);
  if (!cluster) return;
  try {
    await cluster.connect();
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    await coordinator.leaveGroup({ groupId, memberId });
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    await cluster.disconnect();
  }
}
