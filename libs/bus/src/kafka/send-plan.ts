import { bytesOf, type Outgoing } from '../outgoing';

/** kafkajs does not split: all messages of one partition in one send are one batch, and the batch must fit. */
const PARTITION_BYTES = 900_000;
const SEND_BYTES = 16 * 1024 * 1024;

/** Cuts messages into sends, in order: a partition gets at most 900 kB per send, or one larger message alone. */
export function sendPlan<M extends Outgoing>(messages: readonly M[]): M[][] {
  const sends: M[][] = [];
  let perPartition = new Map<number, number>();
  let total = 0;
  for (const message of messages) {
    const bytes = bytesOf(message);
    const held = perPartition.get(message.partition) ?? 0;
    if (!sends.length || (held && held + bytes > PARTITION_BYTES) || total + bytes > SEND_BYTES) {
      sends.push([]);
      perPartition = new Map();
      total = 0;
    }
    perPartition.set(message.partition, (perPartition.get(message.partition) ?? 0) + bytes);
    total += bytes;
    sends.at(-1)!.push(message);
  }
  return sends;
}
