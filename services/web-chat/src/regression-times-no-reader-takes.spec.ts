import { messageReceived } from './web-chat.adapter';

// A browser's time was taken as far as JavaScript counts: any visitor could put `-271821-04-20T00:00:00.000Z` at the head of her timeline, which is
// no time of RFC 3339, as the API promises, and which readers in other languages fail at.

const visit = { account: 'acc_site', visitor: 'visitor_1', conversation: 'visitor_1', at: new Date('2026-03-02T12:00:00.000Z') };

it.each([-8.64e15, 8.64e15, -1, '-000001-12-31T23:59:59Z', '+010000-01-01T00:00:00Z'])('takes the time of receipt where the browser says %j', (at) => {
  expect(messageReceived({ id: 'm1', text: 'hello', at }, visit).occurredAt).toBe(visit.at.toISOString());
});
