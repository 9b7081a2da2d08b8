import { median } from './statistics.mjs';

/**
 * One row of the table. Each round measured both contenders side by side, so the ratio is taken inside a round; the median over
 * the rounds counts, the smallest and the largest say how far to trust it.
 * @param {string} what
 * @param {{ ours: number, peer: number }[]} rounds
 * @param {{ gate: number | null, stretch: number | null, better: string, note?: string }} limits of the ratio
 */
export function comparison(what, rounds, { gate, stretch, better, note }) {
  const of = (value) => median(rounds.map(value));
  const ratios = rounds.map(({ ours, peer }) => ours / peer);
  return {
    what, ours: of(({ ours }) => ours), peer: of(({ peer }) => peer), ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios),
    rounds: rounds.length, gate, stretch, better, ...(note && { note }),
  };
}

/**
 * A row without a peer: gate and stretch are limits of `ours` itself.
 * @param {string} what
 * @param {number} ours
 * @param {string} better
 * @param {{ gate?: number | null, stretch?: number | null, note?: string }} limits
 */
export const alone = (what, ours, better, { gate = null, stretch = null, note } = {}) =>
  ({ what, ours, peer: null, ratio: null, gate, stretch, better, ...(note && { note }) });
