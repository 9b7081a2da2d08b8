import type { Message } from '../bus.contract';
import { plainFrames } from '../testing/plain-frames';
import { Frames } from './frames';

const record = (value: Buffer): Message => ({ topic: 'interactions', partition: 0, offset: '0', publishedAt: 0, key: Buffer.alloc(0), value, headers: {} });

// Bytes that are no protobuf were taken for a passing trouble: their partition stood still for ever.
it.each([
  ['text', Buffer.from('{"hello":"world"}')],
  ['cut off', Buffer.from([0x0a, 0x24, 0x35])],
])('what is no frame (%s) is one message that says why', async (_, value) => {
  const opened = await new Frames(plainFrames, true).open(record(value));
  expect(opened).toMatchObject([{ refusal: { kind: 'rejected', slug: 'undecodable' } }]);
});
