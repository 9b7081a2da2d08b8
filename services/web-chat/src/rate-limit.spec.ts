import { RateLimit } from './rate-limit';

describe('a rate limit', () => {
  it('lets as many calls pass within its window as it says, and tells how long the next must wait', () => {
    let now = 0;
    const limit = new RateLimit(2, 10_000, () => now);
    expect([limit.take(), (now = 4_000, limit.take()), (now = 5_000, limit.take())]).toEqual([0, 0, 5_000]);
  });

  it('lets calls pass again when the window has moved on', () => {
    let now = 0;
    const limit = new RateLimit(1, 10_000, () => now);
    expect([limit.take(), (now = 9_999, limit.take()), (now = 10_000, limit.take())]).toEqual([0, 1, 0]);
  });
});
