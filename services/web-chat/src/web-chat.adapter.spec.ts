import { identified, MAX_TEXT, messageDelivered, messageReceived, pageViewed } from './web-chat.adapter';

const visit = { account: 'acc_site', visitor: 'visitor_1', conversation: 'visitor_1', at: new Date('2026-03-02T12:00:00.000Z') };
const own = { namespace: 'web-visitor', value: 'acc_site:visitor_1', verified: true };

describe('a message of a visitor', () => {
  it('is hers, in her thread, under the id her browser gave it', () => {
    expect(messageReceived({ id: 'm1', text: 'hello', at: '2026-03-02T11:59:00Z' }, visit)).toEqual({
      kind: 'message',
      tuple: ['visitor_1', 'm1'],
      type: 'message.received',
      direction: 'inbound',
      occurredAt: '2026-03-02T11:59:00.000Z',
      identities: [own],
      conversation: 'visitor_1',
      content: { text: 'hello' },
      providerIds: { id: 'm1' },
    });
  });

  it.each([[undefined], ['noon'], [{}], [1e300]])('takes the time of receipt where the browser says %j', (at) => {
    expect(messageReceived({ id: 'm1', text: 'hello', at }, visit).occurredAt).toBe(visit.at.toISOString());
  });

  it.each([[null], ['text'], [{}], [{ id: '', text: 'x' }], [{ id: 'x'.repeat(129), text: 'x' }], [{ id: 'm1', text: '  ' }], [{ id: 'm1', text: 1 }]])('is malformed as %j', (payload) => {
    expect(() => messageReceived(payload, visit)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('is too large over 16 KiB of UTF-8, however few its characters are', () => {
    expect(messageReceived({ id: 'm1', text: '字'.repeat(MAX_TEXT / 3) }, visit).content?.text).toHaveLength(5461);
    expect(() => messageReceived({ id: 'm1', text: '字'.repeat(MAX_TEXT / 3 + 1) }, visit)).toThrow(expect.objectContaining({ status: 413 }));
  });
});

describe('a page view', () => {
  it('says which page', () => {
    const found = pageViewed({ id: 'p1', url: 'https://shop.example/cart', title: 'Cart' }, visit);
    expect(found).toMatchObject({ type: 'page.viewed', tuple: ['visitor_1', 'p1'], data: { url: 'https://shop.example/cart', title: 'Cart' } });
  });

  it.each([[{ id: 'p1' }], [{ id: 'p1', url: 'cart' }], [{ url: 'https://shop.example' }]])('is malformed as %j', (payload) => {
    expect(() => pageViewed(payload, visit)).toThrow(expect.objectContaining({ status: 400 }));
  });
});

describe('who the visitor is besides', () => {
  it('stands after her own identity; a hint and a voucher are two interactions', () => {
    const email = { namespace: 'email', value: 'kim@example.com' };
    const hint = identified({ ...email, verified: false }, visit);
    const voucher = identified({ ...email, verified: true }, visit);
    expect(hint.identities).toEqual([own, { ...email, verified: false }]);
    expect(voucher.tuple).not.toEqual(hint.tuple);
  });
});

describe('a receipt', () => {
  it('relates to the message by its id', () => {
    const found = messageDelivered('0e0e8f0c-0000-5000-8000-000000000001', visit);
    expect(found).toMatchObject({ kind: 'delivered', type: 'message.delivered', direction: 'outbound', relatesToId: found.tuple[0] });
  });
});
