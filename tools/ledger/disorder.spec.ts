import { disorder } from './disorder.mjs';
import { items, makePlan } from './plan.mjs';

const numbers = Array.from({ length: 5_000 }, (_, index) => index);
type Entry = { item: number; again: boolean };

describe('the order of handing over', () => {
  const entries = disorder(numbers, { duplicates: 0.3, window: 1_000, seed: 7 }) as Entry[];
  const firsts = entries.filter(({ again }) => !again);

  it('hands over every item once, and about as many a second time as asked', () => {
    expect(firsts.map(({ item }) => item).sort((a, b) => a - b)).toEqual(numbers);
    expect((entries.length - firsts.length) / numbers.length).toBeCloseTo(0.3, 1);
  });

  it('moves no item by more than the window, and many of them', () => {
    const moves = firsts.map(({ item }, place) => Math.abs(place - item));
    expect(Math.max(...moves)).toBeLessThan(1_000);
    expect(moves.filter((move) => move > 100).length).toBeGreaterThan(2_500);
  });

  it('repeats only what was handed over before, some of it long after', () => {
    const first = new Map(entries.map(({ item, again }, place) => [`${item} ${again}`, place]));
    const waits = entries.filter(({ again }) => again).map(({ item }) => first.get(`${item} true`)! - first.get(`${item} false`)!);
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeGreaterThan(2_000);
  });

  it('is the true order where nothing is to be moved or repeated', () => {
    expect((disorder(numbers, { duplicates: 0, window: 0, seed: 7 }) as Entry[]).map(({ item }) => item)).toEqual(numbers);
  });

  it('comes out the same for the same seed', () => {
    expect(disorder(numbers, { duplicates: 0.3, window: 1_000, seed: 7 })).toEqual(entries);
  });
});

describe('the interactions to send', () => {
  const plan = makePlan({ run: 'r', now: 1_800_000_000_000, count: 3_000 });

  it('come out the same for the same plan, and lie in the past', () => {
    const [once, again] = [[...items(plan, 3_000)], [...items(plan, 3_000)]];
    expect(again).toEqual(once);
    expect(Math.max(...once.map(({ at }) => at.getTime()))).toBeLessThan(1_800_000_000_000);
  });

  it('have an id of their own on their lane, go through every door and never fall in time along a lane', () => {
    const all = [...items(plan, 3_000)];
    expect(new Set(all.map(({ id }) => id)).size).toBe(3_000);
    expect(new Set(all.map(({ lane }) => lane.door)).size).toBe(5);
    for (const own of Map.groupBy(all, ({ lane }) => lane).values()) {
      expect(own.map(({ at }) => at.getTime())).toEqual(own.map(({ at }) => at.getTime()).sort((a, b) => a - b));
    }
  });
});
