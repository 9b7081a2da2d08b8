import fc from 'fast-check';
import { BoxBudget, BOXES_PER_KEY } from './box-budget';

const BASE = 'epoch:2026-01-31';

function spent(budget: BoxBudget, boxes: number, base = BASE): string[] {
  return Array.from({ length: boxes }, () => {
    const id = budget.keyId(base);
    budget.spend(base);
    return id;
  });
}

describe('the share of boxes under one key', () => {
  it('lets 64 lives of a process stay below the bound of NIST SP 800-38D', () => {
    expect(64 * BOXES_PER_KEY).toBe(2 ** 32);
  });

  it('is never exceeded, whatever else is sealed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 100 }), (share, boxes) => {
        const budget = new BoxBudget(share);
        spent(budget, 7, 'raw:2026-01');
        const ids = spent(budget, boxes);
        const most = Math.max(0, ...[...Map.groupBy(ids, (id) => id).values()].map((group) => group.length));
        expect(most).toBeLessThanOrEqual(share);
        expect(ids[0] ?? BASE).toBe(BASE);
      }),
    );
  });

  it('asks for the next part of the key when half of it is spent', () => {
    const budget = new BoxBudget(4);
    spent(budget, 1);
    expect(budget.partIds()).toEqual([]);
    spent(budget, 1);
    expect(budget.partIds()).toEqual(['epoch:2026-01-31.1']);
    spent(budget, 2);
    expect(budget.partIds()).toEqual(['epoch:2026-01-31.1']);
    spent(budget, 2);
    expect(budget.partIds()).toEqual(['epoch:2026-01-31.1', 'epoch:2026-01-31.2']);
  });

  it('says when there is one more part to be made', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (share) => {
        const budget = new BoxBudget(share);
        for (let box = 0; box < 40; box += 1) {
          const before = budget.partIds();
          const more = budget.spend(BASE);
          expect(budget.partIds().some((id) => !before.includes(id))).toBe(more);
        }
      }),
    );
  });

  it('is forgotten when the key seals no more', () => {
    const budget = new BoxBudget(1);
    spent(budget, 3);
    budget.forgetPast(Date.parse('2026-02-01T00:04:59.999Z'));
    expect(budget.keyId(BASE)).toBe('epoch:2026-01-31.3');
    budget.forgetPast(Date.parse('2026-02-01T00:05:00Z'));
    expect(budget.partIds()).toEqual([]);
  });
});
