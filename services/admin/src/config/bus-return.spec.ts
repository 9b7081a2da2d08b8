import { BusReturn } from './bus-return';

describe('a bus that goes and comes back', () => {
  const errors: unknown[] = [];
  let there = true;
  let returns = 0;
  let fails = false;
  let watch: BusReturn;

  const onReturn = async () => {
    if (fails) throw new Error('not yet');
    returns += 1;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    Object.assign(errors, { length: 0 });
    [there, returns, fails] = [true, 0, false];
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
