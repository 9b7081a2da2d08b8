// A client that writes null for what it does not say was answered 404: null was looked for as the interaction that is answered.
import type { MessageRequests } from './message-request';
import { MessagesController, type MessageRequest } from './messages.controller';

it('null in a message says as much as nothing', async () => {
  const request = jest.fn().mockResolvedValue('i-1');
  const message: MessageRequest = { account: 'acc_1', inReplyTo: null, customer: 'c-1', conversation: 'thread-1', agent: null, content: { text: 'yes' } };
  await new MessagesController({ request } as unknown as MessageRequests).send({ tenant: 't-1', keyId: 'k-1', scopes: ['send'] }, message, 'once');
  expect(request).toHaveBeenCalledWith('t-1', { account: 'acc_1', customer: 'c-1', conversation: 'thread-1', content: { text: 'yes' } }, 'once');
});
