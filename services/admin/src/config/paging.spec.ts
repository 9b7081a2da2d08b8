import { randomUUID } from 'node:crypto';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import fc from 'fast-check';
import { Lists, type Paging, type Place } from './paging';

const lists = new Lists(openVault(memoryKeyPort(), () => new Date('2026-01-31T12:00:00Z')));
const tenant = randomUUID();

/** A page of sorted texts, as a table would give it. */
function read(all: readonly string[], paging: Paging, limit: number, cursor?: string | null) {
  const place = paging.place(cursor ?? undefined);
  return paging.page(rows(all, place).slice(0, limit + 1), limit, place, { key: (row) => [row], item: (row) => row });
}

const rows = (all: readonly string[], place?: Place) => {
  if (!place) return [...all];
  const from = place.key[0]!;
  return place.back ? all.filter((row) => row < from).toReversed() : all.filter((row) => row > from);
};

const texts = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 }).map((all) => all.toSorted());

describe('the pages of a list', () => {
  it('show every row once, in order, forwards and back again', async () => {
    const paging = await lists.of(tenant, 'things/1');
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 10 }), (all, limit) => {
        const pages = [read(all, paging, limit)];
        while (pages.at(-1)!.next !== null) pages.push(read(all, paging, limit, pages.at(-1)!.next));
        expect(pages.flatMap((page) => page.items)).toEqual(all);
        const back = [pages.at(-1)!];
        while (back[0]!.previous !== null) back.unshift(read(all, paging, limit, back[0]!.previous));
        expect(back.flatMap((page) => page.items)).toEqual(all);
      }),
    );
  });

  it('take no cursor of another list, of another tenant, or changed', async () => {
    const paging = await lists.of(tenant, 'things/1');
    const { next } = read(['a', 'b'], paging, 1);
    const malformed = expect.objectContaining({ status: 400 });
    for (const other of [await lists.of(tenant, 'others/1'), await lists.of(randomUUID(), 'things/1')]) {
      expect(() => other.place(next!)).toThrow(malformed);
    }
    expect(() => paging.place(`x${next}`)).toThrow(malformed);
    expect(() => paging.place('')).toThrow(malformed);
  });
});
