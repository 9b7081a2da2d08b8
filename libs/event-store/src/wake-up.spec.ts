import { WakeUp } from './wake-up';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Ms that a wait lasts where nothing rings. */
async function lasts(wakeUp: WakeUp): Promise<number> {
  const start = Date.now();
  const waited = wakeUp.wait(100);
  await jest.runAllTimersAsync();
  await waited;
  return Date.now() - start;
}

describe('a wake-up', () => {
  it('comes after the longest time where nothing rings', async () => {
    expect(await lasts(new WakeUp())).toBe(100);
  });

  it('comes with the ring, even one that rang before', async () => {
    const wakeUp = new WakeUp();
    const waited = wakeUp.wait(100);
    wakeUp.ring();
    await waited;
    wakeUp.ring();
    expect(await lasts(wakeUp)).toBe(0);
  });

  it('comes soon after a ring, then ever later up to the longest time', async () => {
    const wakeUp = new WakeUp();
    wakeUp.ring();
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) waits.push(await lasts(wakeUp));
    expect(waits).toEqual([0, 10, 20, 40, 80, 100]);
  });
});
