import { fromBinary } from '@bufbuild/protobuf';
import { RecordSchema } from '@throughline/contracts';
import type { Account } from '@throughline/platform';
import { MessageRequests, type RequestMessage } from './message-request';
import { openRecord } from '@throughline/platform';
import { idOf } from './testing/interaction-message';
import { ProfileBench, TENANT } from './testing/profile-bench';

let bench: ProfileBench;
let requests: MessageRequests;

const account = (id: string, provider: string, tenant = TENANT): Account => ({ id, tenant, provider, channel: provider, address: id, secrets: {}, settings: {} });

const asked = { id: 'q1', account: 'acc_site', channel: 'web-chat', provider: 'web-chat', identities: ['visitor:v1'], conversation: 'chat-1', text: 'help?', type: 'message.received' };
const question = idOf(TENANT, asked);
const answer: RequestMessage = { account: 'acc_site', inReplyTo: question, content: { text: 'gladly' }, agent: 'agent_7' };

beforeAll(async () => {
  bench = await ProfileBench.open();
  for (const one of [account('acc_site', 'web-chat'), account('acc_other', 'web-chat'), account('acc_sms', 'twilio-messaging')]) bench.accounts.set(one.id, one);
  bench.accounts.set('acc_stranger', account('acc_stranger', 'web-chat', '6f1de1ba-5a14-5f4e-9e57-f0a7d7f0e111'));
  const { database } = bench.db;
  requests = new MessageRequests({ ...bench, database, clock: () => new Date(1_800_000_000_000) });
  await bench.post(asked);
});
afterAll(() => bench.close());

const items = async () => (await bench.timeline((await bench.customer('visitor:v1'))!.customerId, { order: 'asc' })).items;

describe('a message to a customer', () => {
  it('is in her timeline at once, in the conversation it answers', async () => {
    const id = await requests.request(TENANT, answer, 'first');
    expect((await items()).at(-1)).toMatchObject({
      id, type: 'message.requested', channel: 'web-chat', account: 'acc_site', direction: 'outbound', conversation: 'chat-1', relatesTo: question,
      identity: { namespace: 'visitor', value: 'v1' }, content: { text: 'gladly' }, agent: 'agent_7', source: { service: 'profile', provider: 'web-chat' },
    });
  });

  it('is sent once under one token, however often and however many at once ask', async () => {
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => requests.request(TENANT, answer, 'again')));
    expect(new Set([a, b, c, await requests.request(TENANT, answer, 'again')]).size).toBe(1);
    expect((await items()).filter((item) => item.id === a)).toHaveLength(1);
  });

  it('is refused where its token was used for another', async () => {
    await requests.request(TENANT, answer, 'used');
    await expect(requests.request(TENANT, { ...answer, content: { text: 'no' } }, 'used')).rejects.toMatchObject({ status: 409, slug: 'idempotency-key-reused' });
  });

  it('follows the customer and her conversation where it answers no single interaction', async () => {
    const { customerId } = (await bench.customer('visitor:v1'))!;
    const id = await requests.request(TENANT, { account: 'acc_site', customer: customerId, conversation: 'chat-1', content: { text: 'still there?' } }, 'conversation');
    expect((await items()).find((item) => item.id === id)).toMatchObject({ conversation: 'chat-1', content: { text: 'still there?' } });
  });

  it.each<[string, Partial<RequestMessage>, object]>([
    ['an unknown account', { account: 'acc_nowhere' }, { status: 404, slug: 'account-not-found' }],
    ["another tenant's account", { account: 'acc_stranger' }, { status: 404, slug: 'account-not-found' }],
    ['a channel that cannot send', { account: 'acc_sms' }, { status: 422, slug: 'channel-cannot-send' }],
    ['an unknown interaction', { inReplyTo: '00000000-0000-4000-8000-000000000000' }, { status: 404, slug: 'interaction-not-found' }],
    ['an interaction of another account', { account: 'acc_other' }, { status: 422, slug: 'no-conversation' }],
    ['nobody', { inReplyTo: undefined }, { status: 422, slug: 'no-conversation' }],
    ['an unknown customer', { inReplyTo: undefined, customer: 'x', conversation: 'chat-1' }, { status: 404, slug: 'customer-not-found' }],
  ])('is refused to %s', async (_, change, problem) => {
    await expect(requests.request(TENANT, { ...answer, ...change }, 'refused')).rejects.toMatchObject(problem);
  });

  it('is refused to a conversation she never had', async () => {
    const { customerId } = (await bench.customer('visitor:v1'))!;
    const nowhere = { ...answer, inReplyTo: undefined, customer: customerId, conversation: 'chat-9' };
    await expect(requests.request(TENANT, nowhere, 'refused')).rejects.toMatchObject({ status: 422, slug: 'no-conversation' });
  });

  it('goes out on its key, for the channel to send', async () => {
    const id = await requests.request(TENANT, answer, 'out');
    await bench.relay.publish(await bench.readLog());
    const out = bench.published.filter(({ topic }) => topic === 'outbound').map(({ key, value }) => ({ key: Buffer.from(key), record: fromBinary(RecordSchema, value) }));
    const sent = out.find(({ record }) => record.envelope!.id === id)!;
    const keys = await bench.vault.forTenant(TENANT);
    expect(sent.key).toEqual(keys.hash('key', 'visitor:v1'));
    expect((await openRecord(keys, bench.blobs, sent.record)).content!.text).toBe('gladly');
    expect(out.every(({ record }) => record.envelope!.type === 'message.requested')).toBe(true);
  });
});
