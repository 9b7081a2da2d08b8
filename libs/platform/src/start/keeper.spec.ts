import type { Logger } from '@nestjs/common';
import { Keeper } from './keeper';

const START = Date.UTC(2026, 0, 31, 12);
const MINUTE = 60_000;
const WEEKS = 21 * 24 * 60 * MINUTE;

describe('work whose time comes round', () => {
  const worked: number[] = [];
  const log = { log: jest.fn(), error: jest.fn() };
  let keeper: Keeper;

  function start(irreversible?: true, work = async () => worked.push(Date.now())) {
    keeper = new Keeper({ everyMs: 60 * MINUTE, work, done: 'removed', failed: 'not removed', irreversible }, log as unknown as Logger);
    keeper.start();
  }
  const minutes = (count: number) => jest.advanceTimersByTimeAsync(count * MINUTE);

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    worked.length = 0;
    jest.clearAllMocks();
  });
  afterEach(async () => {
    await keeper.stop();
    jest.useRealTimers();
  });

  it('is done at once and then every so often', async () => {
    start();
    await minutes(121);
    expect(worked).toEqual([0, 60, 120].map((minute) => START + minute * MINUTE));
  });

  it('is tried again with the next turn where it fails, and the log says so', async () => {
    start(undefined, async () => Promise.reject(new Error('away')));
    await minutes(61);
    expect(log.error).toHaveBeenCalledTimes(2);
  });

  // It destroyed the keys of all that was on the bus where a clock was weeks ahead for a moment.
  it('that cannot be undone waits until the clock has been steady for a quarter of an hour', async () => {
    start(true);
    await minutes(10);
    jest.setSystemTime(Date.now() + WEEKS);
    await minutes(10);
    jest.setSystemTime(Date.now() - WEEKS);
    await minutes(14);
    expect(worked).toEqual([]);
    await minutes(2);
    expect(worked).toEqual([START + 36 * MINUTE]);
    await minutes(55);
    jest.setSystemTime(Date.now() + WEEKS);
    await minutes(14);
    jest.setSystemTime(Date.now() - WEEKS);
    await minutes(16);
    expect(worked).toHaveLength(2);
    expect(worked[1]).toBeLessThan(START + WEEKS);
  });
});
