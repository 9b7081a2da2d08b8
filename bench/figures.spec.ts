import { BYTES, CUSTOMERS, Interactions } from './load/interactions.mjs';
import { readPlan } from './plan.mjs';
import { alone, comparison } from './row.mjs';
import { median, percentile } from './statistics.mjs';

const numbers = (count: number) => Array.from({ length: count }, (_, n) => count - n);

describe('a percentile', () => {
  it('is the nearest rank', () => {
    expect([0.5, 0.99, 1].map((share) => percentile(numbers(100), share))).toEqual([50, 99, 100]);
    expect([0.5, 0.99].map((share) => percentile([7], share))).toEqual([7, 7]);
  });

  it('of nothing is refused', () => expect(() => percentile([], 0.5)).toThrow('nothing'));
});

describe('a median', () => {
  it('is the middle value, or the mean of the middle two', () => expect([median([9, 1, 5]), median([1, 2, 10, 4])]).toEqual([5, 3]));
});

describe('a row', () => {
  const limits = { gate: 2, stretch: 3, better: 'higher' };

  it('takes the ratio inside a round, then the median, and shows the smallest and the largest', () => {
    const rounds = [{ ours: 10, peer: 10 }, { ours: 30, peer: 10 }, { ours: 20, peer: 40 }];
    expect(comparison('x', rounds, limits)).toEqual({ what: 'x', ours: 20, peer: 10, ratio: 1, low: 0.5, high: 3, rounds: 3, ...limits });
  });

  it('without a peer has limits of its own figure', () => {
    expect(alone('x', 5, 'lower', { gate: 6, stretch: 4 })).toEqual({ what: 'x', ours: 5, peer: null, ratio: null, gate: 6, stretch: 4, better: 'lower' });
  });
});

describe('what is posted', () => {
  it('has the same bytes for every contender, and an id of its own each', () => {
    const bodies = ['a', 'a-long-name-of-a-contender'].flatMap((run) => {
      const supply = new Interactions(run, { newEvery: 2 });
      return Array.from({ length: 30 }, () => supply.next());
    });
    expect(new Set(bodies.map((body) => Buffer.byteLength(body)))).toEqual(new Set([BYTES]));
    expect(new Set(bodies.map((body) => (JSON.parse(body) as { id: string }).id)).size).toBe(60);
  });

  it('comes from strangers as often as said, each with a number of her own', () => {
    const supply = new Interactions('x', { newEvery: 10, strangersFrom: CUSTOMERS });
    supply.made = CUSTOMERS;
    const phones = Array.from({ length: 100 }, () => (JSON.parse(supply.next()) as { identities: [{ value: string }] }).identities[0].value);
    expect([supply.strangers, new Set(phones.filter((phone) => phone.startsWith('+1212'))).size]).toEqual([10, 10]);
  });

  it('does not add up where one is lost, doubled or not acknowledged', () => {
    const supply = new Interactions('x');
    supply.next();
    expect(() => supply.check('here', 1)).toThrow('made 1, acknowledged 0, stored 1');
    supply.acknowledged = 1;
    expect(() => supply.check('here', 2)).toThrow('stored 2');
    expect(() => supply.check('here', 1)).not.toThrow();
  });
});

describe('the command line', () => {
  const suites = { core: ['doors', 'memory'] };

  it('means all parts and five rounds where nothing is said', () => {
    expect(readPlan(['core'], suites)).toMatchObject({ name: 'core', parts: ['doors', 'memory'], rounds: 5, json: false });
  });

  it('takes parts and sizes', () => {
    expect(readPlan(['core', '--rows', 'memory', '--stalled', '50', '--json'], suites)).toMatchObject({ parts: ['memory'], stalled: 50, json: true });
  });

  it.each([[[]], [['other']], [['core', '--rows', 'none']], [['core', '--rounds', 'many']], [['core', '--seconds', '0']]])('%j is refused with how it is used', (args) => {
    expect(() => readPlan(args, suites)).toThrow('npm run bench');
  });
});
