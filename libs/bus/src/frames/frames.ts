import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FrameSchema, isRejected, readOrReject, rejected, TOPICS, type Frame, type TopicName } from '@throughline/contracts';
import { bufferOf } from '../buffer-of';
import type { Message, OutgoingMessage } from '../bus.contract';
import { bytesOf, type Outgoing } from '../outgoing';
import { partitionOf } from '../partition';
import { readContent, writeContent } from './frame-content';
import type { FrameSealer } from './frame-sealer.contract';

/** A frame stays below what a broker takes of one partition in one send (1 MB), and within a handler's batch. */
const FRAME_BYTES = 800_000;
const FRAME_MESSAGES = 500;

const NONE = Buffer.alloc(0);

/** What goes onto the bus as one record: a frame, or the one message of a topic that has no frames. */
export interface OutgoingRecord extends Outgoing {
  /** Messages in it. */
  count: number;
}

/** Joins what waits into records, seals and opens them. Order per partition is kept. */
export class Frames {
  /** @param perPartition false where one reader works all partitions, so that one frame may hold messages of them all */
  constructor(
    private readonly sealer: FrameSealer,
    private readonly perPartition: boolean,
  ) {}

  /** Throws `unavailable` where there is no key to seal with. */
  async close(messages: readonly Outgoing[]): Promise<OutgoingRecord[]> {
    const groups = groupsOf(messages, this.perPartition);
    return Promise.all(groups.map(async (group) => (TOPICS[group[0]!.topic].framed ? this.seal(group) : { ...group[0]!, count: 1 })));
  }

  /** The messages of a record, in order. A frame that will never open is one message, which carries the refusal. Throws `unavailable`. */
  async open(record: Message): Promise<Message[]> {
    if (!TOPICS[record.topic].framed) return [record];
    try {
      return await this.messagesOf(record, decoded(() => fromBinary(FrameSchema, record.value)));
    } catch (error) {
      if (!isRejected(error)) throw error;
      return [{ ...record, refusal: error }];
    }
  }

  private async seal(group: readonly Outgoing[]): Promise<OutgoingRecord> {
    const { topic, partition, tenant } = group[0]!;
    const body = await this.sealer.seal(tenant!, idOf(topic, tenant!), writeContent(group));
    const value = toBinary(FrameSchema, create(FrameSchema, { tenant, count: group.length, body }));
    return { topic, partition, tenant, key: NONE, value, headers: {}, count: group.length };
  }

  private async messagesOf(record: Message, { tenant, body }: Frame): Promise<Message[]> {
    if (!tenant || !body) throw rejected('undecodable', 'The message is no frame.');
    const content = await this.sealer.open(tenant, idOf(record.topic, tenant), body);
    return decoded(() => readContent(content)).map(({ key, value, headers }) => ({
      ...record,
      tenant,
      partition: this.perPartition ? record.partition : partitionOf(key, TOPICS[record.topic].partitions),
      key: bufferOf(key),
      value: bufferOf(value),
      headers,
    }));
  }
}

/** Taken for something passing, what is no frame would hold up its partition for ever. */
const decoded = <T>(read: () => T) => readOrReject(read, 'undecodable', 'The message is no frame.');

/** A frame cannot be moved to another topic or tenant. */
const idOf = (topic: TopicName, tenant: string) => `frame:${topic}:${tenant}`;

function groupsOf(messages: readonly Outgoing[], perPartition: boolean): Outgoing[][] {
  const groups: Outgoing[][] = [];
  const open = new Map<string, { group: Outgoing[]; bytes: number }>();
  for (const message of messages) {
    const name = `${message.topic}|${message.tenant}|${perPartition ? message.partition : ''}`;
    const bytes = bytesOf(message);
    let frame = TOPICS[message.topic].framed ? open.get(name) : undefined;
    if (!frame || frame.bytes + bytes > FRAME_BYTES || frame.group.length === FRAME_MESSAGES) {
      frame = { group: [], bytes: 0 };
      open.set(name, frame);
      groups.push(frame.group);
    }
    frame.group.push(message);
    frame.bytes += bytes;
  }
  return groups;
}

/** What the publisher of a framed topic must say. Throws where it does not. */
export function checkTenants(topic: TopicName, messages: readonly OutgoingMessage[]): void {
  if (TOPICS[topic].framed && messages.some(({ tenant }) => !tenant)) throw new TypeError(`messages on ${topic} name their tenant: its key seals them`);
}
