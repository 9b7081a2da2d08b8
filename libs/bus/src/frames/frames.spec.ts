import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FrameContentSchema, FrameSchema, rejected } from '@throughline/contracts';
import fc from 'fast-check';
import type { Message, OutgoingMessage } from '../bus.contract';
import { outgoing } from '../outgoing';
import { plainFrames } from '../testing/plain-frames';
import { readContent, writeContent } from './frame-content';
import { checkTenants, Frames, type OutgoingRecord } from './frames';

const TENANTS = ['5b6f0a4e-57a7-4a0e-9c64-3c2f3f2c7d11', '6b6f0a4e-57a7-4a0e-9c64-3c2f3f2c7d12'];
const message = fc.record({
  tenant: fc.constantFrom(...TENANTS),
  key: fc.uint8Array({ maxLength: 4 }),
  value: fc.uint8Array({ maxLength: 60 }),
  headers: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string(), { maxKeys: 2 }),
});
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const plain = ({ tenant, key, value, headers = {} }: OutgoingMessage) => ({ tenant, key: hex(key), value: hex(value), headers: { ...headers } });
const asRead = (record: OutgoingRecord, index: number): Message => ({ ...record, offset: String(index), publishedAt: 0, key: Buffer.from(record.key), value: Buffer.from(record.value), headers: {} });

describe('the content of a frame', () => {
  it('is what the contracts say, and is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
        const bytes = writeContent(messages);
        expect(fromBinary(FrameContentSchema, bytes).messages.map(({ key, value, headers }) => [hex(key), hex(value), { ...headers }])).toEqual(messages.map(({ key, value, headers }) => [hex(key), hex(value), { ...headers }]));
        expect(readContent(bytes).map(({ key, value, headers }) => [hex(key), hex(value), { ...headers }])).toEqual(messages.map(({ key, value, headers }) => [hex(key), hex(value), { ...headers }]));
      }),
    );
  });

  it('is read though a newer version has added a field', () => {
    const bytes = Buffer.concat([writeContent([{ key: Buffer.of(1), value: Buffer.of(2) }]), Buffer.of((9 << 3) | 2, 1, 7)]);
    expect(readContent(bytes)).toMatchObject([{ key: Uint8Array.of(1), value: Uint8Array.of(2) }]);
  });
});

describe('frames', () => {
  it.each([true, false])('give back every message of every tenant in its order per key (a frame for each partition: %s)', async (perPartition) => {
    const frames = new Frames(plainFrames, perPartition);
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 40 }), async (messages) => {
        const records = await frames.close(outgoing('interactions', 4, messages));
        const opened = (await Promise.all(records.map((record, index) => frames.open(asRead(record, index))))).flat();
        const byKey = (list: readonly OutgoingMessage[]) => [...Map.groupBy(list.map(plain), ({ tenant, key }) => `${tenant}|${key}`)].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(byKey(opened)).toEqual(byKey(messages));
        expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(messages.length);
        if (perPartition) for (const { partition, value } of records) expect(new Set((await frames.open(asRead({ ...records[0]!, partition, value }, 0))).map((one) => one.partition))).toEqual(new Set([partition]));
      }),
    );
  });

  it('hold at most 500 messages and 800 kB, or one larger message', async () => {
    const frames = new Frames(plainFrames, false);
    const of = (count: number, bytes: number) => outgoing('interactions', 1, Array.from({ length: count }, () => ({ tenant: TENANTS[0], key: Buffer.of(1), value: Buffer.alloc(bytes) })));
    expect((await frames.close(of(1200, 10))).map(({ count }) => count)).toEqual([500, 500, 200]);
    expect((await frames.close(of(5, 300_000))).map(({ count }) => count)).toEqual([2, 2, 1]);
    expect((await frames.close(of(2, 2_000_000))).map(({ count }) => count)).toEqual([1, 1]);
  });

  it('leave a topic without frames as it is', async () => {
    const frames = new Frames(plainFrames, true);
    const [record] = await frames.close(outgoing('config', 1, [{ key: Buffer.from('k'), value: Buffer.from('v') }]));
    expect(record).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('v'), count: 1 });
    await expect(frames.open(asRead(record!, 0))).resolves.toMatchObject([{ value: Buffer.from('v') }]);
  });

  it('cannot be moved to another tenant, and what never opens is one message that says why', async () => {
    const frames = new Frames(plainFrames, true);
    const [record] = await frames.close(outgoing('interactions', 1, [{ tenant: TENANTS[0], key: Buffer.of(1), value: Buffer.of(2) }]));
    const moved = toBinary(FrameSchema, { ...fromBinary(FrameSchema, record!.value), tenant: TENANTS[1]! });
    await expect(frames.open(asRead({ ...record!, value: moved }, 0))).resolves.toMatchObject([{ value: Buffer.from(moved), refusal: { slug: 'unopenable' } }]);
    await expect(frames.open(asRead({ ...record!, value: Buffer.alloc(0) }, 0))).resolves.toMatchObject([{ refusal: { slug: 'undecodable' } }]);
  });

  it('pass on what may be over later', async () => {
    const frames = new Frames({ ...plainFrames, open: async () => Promise.reject(new Error('away')) }, true);
    const [record] = await frames.close(outgoing('interactions', 1, [{ tenant: TENANTS[0], key: Buffer.of(1), value: Buffer.of(2) }]));
    await expect(frames.open(asRead(record!, 0))).rejects.toThrow('away');
    const rejecting = new Frames({ ...plainFrames, open: async () => Promise.reject(rejected('key-destroyed', 'gone')) }, true);
    await expect(rejecting.open(asRead(record!, 0))).resolves.toMatchObject([{ refusal: { slug: 'key-destroyed' } }]);
  });
});

describe('a publisher', () => {
  it('names the tenant of what goes on a framed topic', () => {
    expect(() => checkTenants('interactions', [{ key: Buffer.of(1), value: Buffer.of(1) }])).toThrow(TypeError);
    expect(() => checkTenants('config', [{ key: Buffer.of(1), value: Buffer.of(1) }])).not.toThrow();
  });
});
