/**
 * The partition of a key: murmur2 of its bytes, made positive, modulo the count. It is what the Java client and kafkajs
 * choose by default, so a producer in another language agrees. It must never change: order per key leans on it.
 */
export const partitionOf = (key: Uint8Array, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions;

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** MurmurHash2, 32 bits, with Kafka's seed (org.apache.kafka.common.utils.Utils.murmur2). */
function murmur2(data: Uint8Array): number {
  const blocks = data.length & ~3;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let h = SEED ^ data.length;
  for (let i = 0; i < blocks; i += 4) {
    const k = Math.imul(view.getInt32(i, true), M);
    h = Math.imul(h, M) ^ Math.imul(k ^ (k >>> 24), M);
  }
  h = mixTail(h, data.subarray(blocks));
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}

function mixTail(h: number, tail: Uint8Array): number {
  if (tail.length === 0) return h;
  const bits = tail.reduceRight((sum, byte) => (sum << 8) | byte, 0);
  return Math.imul(h ^ bits, M);
}
