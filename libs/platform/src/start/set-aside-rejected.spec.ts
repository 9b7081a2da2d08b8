import { create, toBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { formatAccepted, FrameSchema, RecordSchema, rejected, TimelineRecordSchema, TOPICS, type TopicName } from '@throughline/contracts';
import type { TenantKeys } from '@throughline/vault';
import type { SetAside } from '../runtime.contract';
import { setAsideRejected } from './set-aside-rejected';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const record = create(RecordSchema, { envelope: { id: 'e1', tenant: TENANT, account: 'acc_1' } });
const message = (topic: TopicName, value: Uint8Array) => ({ topic, value: Buffer.from(value), partition: 3, offset: '7', ...(TOPICS[topic].framed && value.length > 0 && { tenant: TENANT }) }) as Message;

function setAside() {
  const put: SetAside[] = [];
  const logged: object[] = [];
  const put1 = async (item: SetAside) => (put.push(item), 'd1');
  const log = { error: (fields: object) => void logged.push(fields) };
  const vault = { forTenant: async (tenant: string) => ({ tenant }) as TenantKeys };
  return { put, logged, act: setAsideRejected({ deadLetters: { put: put1 }, vault, directory: { tenant: () => undefined }, log }) };
}

describe('a message that a handler rejected', () => {
  it.each([
    ['interactions', Buffer.from(formatAccepted({ id: 'e1', account: 'acc_1', blob: 'b1' }))],
    ['timeline', toBinary(TimelineRecordSchema, create(TimelineRecordSchema, { record }))],
  ] as const)('of %s is a dead letter of its tenant, one for each event and group', async (topic, value) => {
    const { put, act } = setAside();
    await act(message(topic, value), rejected('key-destroyed', 'The key is gone.'), 'profile');
    expect(put).toMatchObject([{ tenant: TENANT, account: 'acc_1', cause: 'unopenable', detail: 'The key is gone.', service: 'profile', interaction: 'e1', subject: 'profile|e1' }]);
  });

  it('does not tell what a strange error says', async () => {
    const { put, act } = setAside();
    await act(message('outbound', toBinary(RecordSchema, record)), new Error('bad value a@b.example'), 'profile');
    expect(put).toMatchObject([{ cause: 'rejected', detail: 'The handler rejected it.' }]);
  });

  it('is told in the log where it names no tenant', async () => {
    const { put, logged, act } = setAside();
    await act(message('outbound', Buffer.from('nonsense')), rejected('x', 'no'), 'profile');
    await act(message('dead-letters', Buffer.alloc(0)), rejected('x', 'no'), 'admin');
    expect(put).toEqual([]);
    expect(logged).toMatchObject([{ topic: 'outbound', partition: 3, offset: '7', group: 'profile' }, { topic: 'dead-letters' }]);
  });

  it.each(['interactions', 'timeline'] as const)('is a dead letter of its tenant though its frame on %s does not open, told apart by its bytes', async (topic) => {
    const { put, act } = setAside();
    const frame = toBinary(FrameSchema, create(FrameSchema, { tenant: TENANT, count: 2 }));
    await act({ ...message(topic, frame), tenant: undefined }, rejected('key-destroyed', 'The key is gone.'), 'profile');
    expect(put).toMatchObject([{ tenant: TENANT, cause: 'unopenable', raw: Buffer.from(frame) }]);
    expect(put[0]).not.toHaveProperty('subject');
  });
});
