import type { TenantKeys } from '@throughline/vault';
import type { OpenInteraction, Taken } from './intake';
import { JoinedIntake } from './joined-intake';

const keys = (tenant: string) => ({ tenant }) as TenantKeys;
const some = (count: number, name: string) => Array.from({ length: count }, (_, n) => ({ accepted: { id: `${name}${n}` } }) as OpenInteraction);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An intake whose transactions end when they are told to. */
function gated() {
  const flights: { tenant: string; size: number; end: PromiseWithResolvers<Taken> }[] = [];
  const take = ({ tenant }: TenantKeys, interactions: readonly OpenInteraction[]) => {
    const end = Promise.withResolvers<Taken>();
    flights.push({ tenant, size: interactions.length, end });
    return end.promise;
  };
  return { joined: new JoinedIntake({ take }), flights, nothing: { conflicts: [], refused: [] } };
}

describe('a joined intake', () => {
  it('takes together what waits, in two transactions of a tenant at a time', async () => {
    const { joined, flights, nothing } = gated();
    const first = [joined.take(keys('a'), some(1, 'x'))];
    await turn();
    const second = [joined.take(keys('a'), some(2, 'y'))];
    await turn();
    const third = [joined.take(keys('a'), some(3, 'z')), joined.take(keys('a'), some(4, 'u'))];
    await turn();
    expect(flights.map(({ size }) => size)).toEqual([1, 2]);
    flights[1]!.end.resolve(nothing);
    await Promise.all(second);
    await turn();
    expect(flights.map(({ size }) => size)).toEqual([1, 2, 7]);
    flights[0]!.end.resolve(nothing);
    flights[2]!.end.resolve(nothing);
    await Promise.all([...first, ...third]);
  });

  it('lets no tenant wait for another', async () => {
    const { joined, flights, nothing } = gated();
    const taken = ['a', 'b', 'c'].map((tenant) => joined.take(keys(tenant), some(1, tenant)));
    await turn();
    expect(flights.map(({ tenant }) => tenant)).toEqual(['a', 'b', 'c']);
    for (const { end } of flights) end.resolve(nothing);
    await Promise.all(taken);
  });

  it('bounds a transaction, but takes a large call whole', async () => {
    const { joined, flights, nothing } = gated();
    const taken = [600, 600, 1500].map((count) => joined.take(keys('a'), some(count, String(count))));
    for (let n = 0; n < 3; n += 1) {
      await turn();
      flights[n]?.end.resolve(nothing);
      await turn();
    }
    await Promise.all(taken);
    expect(flights.map(({ size }) => size)).toEqual([600, 600, 1500]);
  });

  it('tells each caller of its own, and all of a failure', async () => {
    const { joined, flights } = gated();
    const [mine, theirs] = [some(2, 'x'), some(2, 'y')];
    const taken = [joined.take(keys('a'), mine), joined.take(keys('a'), theirs)];
    await turn();
    flights[0]!.end.resolve({ conflicts: [mine[1]!], refused: [theirs[0]!] });
    expect(await Promise.all(taken)).toEqual([{ conflicts: [mine[1]], refused: [] }, { conflicts: [], refused: [theirs[0]] }]);
    const failing = [joined.take(keys('a'), mine), joined.take(keys('a'), theirs)].map((one) => one.catch((error: Error) => error.message));
    await turn();
    await turn();
    flights[1]!.end.reject(new Error('no'));
    expect(await Promise.all(failing)).toEqual(['no', 'no']);
  });
});
