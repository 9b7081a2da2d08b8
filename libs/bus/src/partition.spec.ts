import fc from 'fast-check';
import { Partitioners, type PartitionerArgs } from 'kafkajs';
import { partitionOf } from './partition';

const kafkajs = Partitioners.DefaultPartitioner();
const args = (key: Buffer, partitions: number): PartitionerArgs => ({
  topic: 't',
  partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0, partitionErrorCode: 0, replicas: [], isr: [] })),
  message: { key, value: null },
});

describe('the partition of a key', () => {
  // The hashes of Kafka's own test (org.apache.kafka.common.utils.UtilsTest.testMurmur2), and keys of 16 bytes as ours are.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('follows from the murmur2 of the Java client: %j', (key, hash) => {
    expect(partitionOf(Buffer.from(key), 1_000_000)).toBe((hash & 0x7fffffff) % 1_000_000);
  });

  it.each([
    ['000102030405060708090a0b0c0d0e0f', 41],
    ['ffffffffffffffffffffffffffffffff', 26],
    ['00000000000000000000000000000000', 8],
  ])('stays what it is: %s of 64', (key, partition) => {
    expect(partitionOf(Buffer.from(key, 'hex'), 64)).toBe(partition);
  });

  it('is the one kafkajs and the Java client choose', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 128 }), (bytes, partitions) => {
        expect(partitionOf(bytes, partitions)).toBe(kafkajs(args(Buffer.from(bytes), partitions)));
      }),
    );
  });
});
