import { rejected, unavailable } from '@throughline/contracts';
import { untilAvailable } from './retry';

const { signal } = new AbortController();

describe('waiting for what is not there yet', () => {
  it('tries again until it is, and says so each time', async () => {
    const failures = [unavailable('database-unavailable', 'down'), Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })];
    const told: string[] = [];
    const work = async () => (failures.length > 0 ? Promise.reject(failures.shift()) : 'there');
    expect(await untilAvailable(work, { signal, onFailure: (error) => told.push(error.message) })).toBe('there');
    expect(told).toEqual(['down', 'refused']);
  });

  it('gives up at once where waiting would not help', async () => {
    await expect(untilAvailable(() => Promise.reject(rejected('configuration', 'bad')), { signal, onFailure: fail })).rejects.toThrow('bad');
  });

  it('ends when the process does', async () => {
    const stop = new AbortController();
    const waiting = untilAvailable(() => Promise.reject(unavailable('x', 'down')), { signal: stop.signal, onFailure: () => stop.abort() });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});

function fail(): never {
  throw new Error('must not be told');
}
