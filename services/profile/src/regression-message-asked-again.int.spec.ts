// Who asks again after a time-out, under the same token, must hear what he would have heard. He was told that his token was used for another
// message where the conversation had gone on under another of her identities, and that there is none where it was erased meanwhile.
import type { Account } from '@throughline/platform';
import { MessageRequests, type RequestMessage } from './message-request';
import { ProfileBench, TENANT } from './testing/profile-bench';

const site: Account = { id: 'acc_site', tenant: TENANT, provider: 'web-chat', channel: 'web-chat', address: 'site', secrets: {}, settings: {} };
const said = { account: 'acc_site', channel: 'web-chat', provider: 'web-chat', conversation: 'chat-1', type: 'message.received' };

let bench: ProfileBench;
let requests: MessageRequests;
let message: RequestMessage;
beforeAll(async () => {
  bench = await ProfileBench.open();
  bench.accounts.set(site.id, site);
  requests = new MessageRequests({ ...bench, database: bench.db.database, clock: () => new Date() });
  await bench.post({ ...said, id: 'q1', identities: ['!visitor:v1', '!email:a@b.example'] });
  message = { account: 'acc_site', customer: (await bench.customer('visitor:v1'))!.customerId, conversation: 'chat-1', content: { text: 'gladly' } };
});
afterAll(() => bench.close());

it('a message that is asked for again is the one that was sent, though another of her identities has spoken since', async () => {
  const id = await requests.request(TENANT, message, 'token');
  await bench.post({ ...said, id: 'q2', at: Date.now() + 60_000, identities: ['email:a@b.example'] });
  expect(await requests.request(TENANT, message, 'token')).toBe(id);
  await expect(requests.request(TENANT, { ...message, content: { text: 'no' } }, 'token')).rejects.toMatchObject({ slug: 'idempotency-key-reused' });
});

it('a message that is asked for again is the one that was sent, though its conversation was erased since', async () => {
  const id = await requests.request(TENANT, message, 'before');
  const streams = new Set((await bench.readLog()).map(({ stream }) => stream));
  await bench.db.database.writer([TENANT], (tx) => bench.vault.erase(tx, TENANT, [...streams]));
  expect(await requests.request(TENANT, message, 'before')).toBe(id);
});
