import { expireBlobs } from './lifetimes';

describe('blobs whose time is over', () => {
  it('go by class, a day after their keys, and leavings after two days', async () => {
    const asked: string[] = [];
    const store = {
      expire: async (kind: string, before: Date) => asked.push(`${kind} ${before.toISOString()}`),
      sweep: async (before: Date) => asked.push(`sweep ${before.toISOString()}`),
    };
    expect(await expireBlobs(store, new Date('2026-12-31T12:00:00Z'))).toBe(1 + 2 + 3);
    expect(asked).toEqual(['transit 2026-12-14T12:00:00.000Z', 'raw 2026-08-31T12:00:00.000Z', 'sweep 2026-12-29T12:00:00.000Z']);
  });
});
