import { rejected, type TopicName } from '@throughline/contracts';
import type { OutgoingMessage } from './bus.contract';
import { partitionOf } from './partition';

/** A message on its way, its partition chosen. */
export interface Outgoing extends OutgoingMessage {
  topic: TopicName;
  partition: number;
}

/** Topics take batches of 8 MiB; a record's frame and headers need a little of it. */
export const TOPIC_BYTES = 8 * 1024 * 1024;
const FRAME_BYTES = 100;
const LARGEST = TOPIC_BYTES - 64 * 1024;

/** Bytes of a message on the wire, roughly: no less than it takes. */
export const bytesOf = ({ key, value, headers = {} }: OutgoingMessage): number =>
  FRAME_BYTES + key.length + value.length + Object.entries(headers).reduce((sum, [name, text]) => sum + 10 + 3 * (name.length + text.length), 0);

/** Chooses the partitions. Throws `rejected` (`message-too-large`) where one is larger than the bus takes. */
export function outgoing(topic: TopicName, partitions: number, messages: readonly OutgoingMessage[]): Outgoing[] {
  if (messages.some((message) => bytesOf(message) > LARGEST)) throw rejected('message-too-large', 'a message is larger than 8 MB', { status: 413 });
  return messages.map((message) => ({ ...message, topic, partition: partitionOf(message.key, partitions) }));
}
