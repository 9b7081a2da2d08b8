import { create, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Message } from '@throughline/bus';
import { FrameSchema, RecordSchema, rejected, type TopicName } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { BusDeadLetters } from '../door/set-aside';
import { setAsideRejected } from './set-aside-rejected';

const clock = () => new Date('2026-01-31T12:00:00Z');
const message = (topic: TopicName, value: Uint8Array) => ({ topic, partition: 3, offset: '7', value: Buffer.from(value) }) as Message;

// It was no tenant to the bus and one to the dead letters, which have no keys for it: never set aside, it held up its partition for ever.
it.each([
  ['interactions', toBinary(FrameSchema, create(FrameSchema, { tenant: 'acme' }))],
  ['outbound', toBinary(RecordSchema, create(RecordSchema, { envelope: { id: 'e1', tenant: 'ACME' } }))],
] as const)('what names something on %s that is no tenant is told in the log', async (topic, value) => {
  const logged: object[] = [];
  const bus = { publish: () => Promise.reject(new Error('nothing is to be published')) };
  const vault = openVault(memoryKeyPort(), clock);
  const deadLetters = new BusDeadLetters({ bus, vault, blobs: {} as BlobStore, clock });
  const log = { error: (fields: object) => void logged.push(fields) };
  await setAsideRejected({ deadLetters, vault, directory: { tenant: () => undefined }, log })(message(topic, value), rejected('undecodable', 'no'), 'profile');
  expect(logged).toMatchObject([{ topic, partition: 3, offset: '7', group: 'profile' }]);
});
