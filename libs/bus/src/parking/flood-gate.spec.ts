import type { Message } from '../bus.contract';
import { FloodGate } from './flood-gate';
import type { ParkedKeys } from './parked-keys';

const tenantOf = ({ key }: Message) => key.toString();
const batch = (tenants: string): Message[] =>
  [...tenants].map((tenant, index) => ({ topic: 'interactions', partition: 0, offset: String(index), publishedAt: 0, key: Buffer.from(tenant), value: Buffer.alloc(0), headers: {} }));

/** Lanes in memory. */
function lanes() {
  const open = new Set<string>();
  const divert = async (messages: readonly Message[]) => messages.filter((message) => open.has(tenantOf(message)));
  const park = async (_: Error, first: Message, rest: readonly Message[]) => (open.add(tenantOf(first)), [first, ...rest]);
  return { open, keys: { divert, park, get size() { return open.size; } } as unknown as ParkedKeys };
}

describe('a flood of one tenant', () => {
  const gate = (several = true) => {
    const { open, keys } = lanes();
    const ended: string[] = [];
    const made = new FloodGate(keys, { tenantOf, several: () => several, afterMessages: 20 }, () => ended.push('ended'));
    const take = async (tenants: string) => {
      const messages = batch(tenants);
      return (await made.divert(messages, made.floodIn(messages, messages.length >= 10))).length;
    };
    return { open, ended, take };
  };
  const A = 'AAAAAAAAAA';

  it('is one after so many messages in full batches, and goes into a lane from then on', async () => {
    const { open, take } = gate();
    expect([await take(A), await take(A), await take(A)]).toEqual([0, 0, 10]);
    expect([...open]).toEqual(['A']);
    expect(await take('AAABBBBBBB')).toBe(3);
  });

  it('takes the messages of the others along in none of its lanes', async () => {
    const { take } = gate();
    expect([await take('AAAABAAAAA'), await take('AAAAAAAAAB'), await take('BAAAAAAAAA')]).toEqual([0, 0, 9]);
  });

  it.each([
    ['nothing waits behind its batches', [A, A, 'AAAA', A, A]],
    ['another tenant sends as well', [A, A, 'ABABABABAB', A, A]],
  ])('is none where %s', async (_, batches) => {
    const { open, take } = gate();
    for (const one of batches) await take(one);
    expect([...open]).toEqual([]);
  });

  it('is none where the tenant is alone in the system', async () => {
    const { open, take } = gate(false);
    for (let n = 0; n < 5; n += 1) await take(A);
    expect([...open]).toEqual([]);
  });
});
