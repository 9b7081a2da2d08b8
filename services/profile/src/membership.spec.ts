import { customersAfter } from './membership';

const member = (segment: string, age: number, customer = segment) => ({ segment, customer, first: { generation: 1, xid: BigInt(age), n: 0n } });
const link = (segment: string, peer: string) => ({ segment, peer });

describe('who is one customer', () => {
  it('gives all members the id of the oldest by log position', () => {
    const moves = customersAfter([member('c', 3), member('a', 2), member('b', 1)], [link('a', 'b'), link('b', 'c')]);
    expect(Object.fromEntries(moves)).toEqual({ a: 'b', c: 'b' });
  });

  it('moves every member of the younger customer', () => {
    const moves = customersAfter([member('a', 1), member('b', 2), member('c', 3, 'b')], [link('c', 'a')]);
    expect(Object.fromEntries(moves)).toEqual({ b: 'a', c: 'a' });
  });

  it('changes nothing where both are one customer already', () => {
    expect(customersAfter([member('a', 1), member('b', 2, 'a')], [link('b', 'a')]).size).toBe(0);
  });

  it('waits for a segment that has no event yet', () => {
    expect(customersAfter([member('a', 1)], [link('a', 'unborn')]).size).toBe(0);
  });

  it('leaves customers apart that no link joins', () => {
    const moves = customersAfter([member('a', 1), member('b', 2), member('c', 3), member('d', 4)], [link('a', 'b'), link('c', 'd')]);
    expect(Object.fromEntries(moves)).toEqual({ b: 'a', d: 'c' });
  });
});
