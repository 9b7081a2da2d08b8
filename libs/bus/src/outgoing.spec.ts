import { outgoing } from './outgoing';

describe('a message on its way', () => {
  it('is refused where it is larger than the bus takes, with its whole call', () => {
    const messages = [{ key: Buffer.from('k'), value: Buffer.alloc(1) }, { key: Buffer.from('k'), value: Buffer.alloc(8 * 1024 * 1024) }];
    expect(() => outgoing('interactions', 64, messages)).toThrow(expect.objectContaining({ kind: 'rejected', slug: 'message-too-large', status: 413 }));
  });

  it('gets the same partition for the same key', () => {
    const [first, second] = outgoing('timeline', 64, [1, 2].map((n) => ({ key: Buffer.from('same'), value: Buffer.from([n]) })));
    expect(first!.partition).toBe(second!.partition);
  });
});
