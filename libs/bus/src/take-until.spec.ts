import { takeUntil } from './take-until';

const upTo = (most: number) => {
  let sum = 0;
  return (item: number) => (sum += item) > most;
};

describe('a batch taken from a queue', () => {
  it.each([
    { queue: [1, 2, 3], most: 3, batch: [1, 2], left: [3] },
    { queue: [1, 2, 3], most: 10, batch: [1, 2, 3], left: [] },
    { queue: [9, 1], most: 3, batch: [9], left: [1] },
    { queue: [], most: 3, batch: [], left: [] },
  ])('of $queue, with room for $most, is $batch', ({ queue, most, batch, left }) => {
    expect(takeUntil(queue, upTo(most))).toEqual(batch);
    expect(queue).toEqual(left);
  });
});
