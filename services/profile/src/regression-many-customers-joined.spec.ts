// A kiosk that vouches for one identity after the other joins all of a batch in one row: at 5,000 customers that held the event loop for
// 2 s, and from some 10,000 on the stack was full.
import { customersAfter } from './membership';

const COUNT = 40_000;
const name = (number: number) => `segment ${number}`;
const members = Array.from({ length: COUNT }, (_, n) => ({ segment: name(n), customer: name(n), first: { generation: 1, xid: 1n, n: BigInt(n) } }));
const others = members.slice(1).map(({ segment }) => segment);

it.each([
  ['by one identity', others.map((peer) => ({ segment: name(0), peer }))],
  ['each by the next', others.map((peer, before) => ({ segment: name(before), peer }))],
  ['each by the next, from the last on', others.map((peer, before) => ({ segment: peer, peer: name(before) })).reverse()],
])('a batch makes one customer of as many as it can name: %s', (_, links) => {
  const moves = customersAfter(members, links);
  expect([moves.size, new Set(moves.values())]).toEqual([COUNT - 1, new Set([name(0)])]);
});
