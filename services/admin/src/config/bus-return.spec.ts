import { BusReturn } from './bus-return';

describe('a bus that goes and comes back', () => {
  const errors: unknown[] = [];
  let there = true;
  let returns = 0;
  let fails = false;
  let busy = false;
  let watch: BusReturn;

  const onReturn = async () => {
    if (fails) throw new Error('not yet');
    returns += 1;
    return !busy;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    Object.assign(errors, { length: 0 });
    [there, returns, fails, busy] = [true, 0, false, false];
    watch = new BusReturn({ healthy: async () => there, onReturn, onError: (error) => errors.push(error) });
    watch.start();
  });
  afterEach(async () => {
    await watch.stop();
    jest.useRealTimers();
  });

  const look = () => jest.advanceTimersByTimeAsync(2_000);

  it('is noticed once at the start, and once with every return', async () => {
    await look();
    await look();
    expect(returns).toBe(1);
    there = false;
    await look();
    there = true;
    await look();
    await look();
    expect(returns).toBe(2);
  });

  it('is noticed again until all is done', async () => {
    there = false;
    await look();
    [there, busy] = [true, true];
    await look();
    await look();
    expect(returns).toBe(3);
    busy = false;
    await look();
    await look();
    expect(returns).toBe(4);
  });

  it('is noticed again where what has to be done then fails', async () => {
    await look();
    there = false;
    await look();
    [there, fails] = [true, true];
    await look();
    expect(errors).toHaveLength(1);
    fails = false;
    await look();
    expect(returns).toBe(2);
  });
});
