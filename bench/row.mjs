import { median } from './statistics.mjs';

/**
 * One row of the table. Each round measured both contenders side by side, so the ratio is taken inside a round and the median over the rounds.
 * @param rounds [{ ours, peer }]
 */
export function comparison(what, rounds, { gate, stretch, better }) {
  const of = (value) => median(rounds.map(value));
  return { what, ours: of(({ ours }) => ours), peer: of(({ peer }) => peer), ratio: of(({ ours, peer }) => ours / peer), gate, stretch, better };
}

/** A row without a peer. */
export const alone = (what, ours, better) => ({ what, ours, peer: null, ratio: null, gate: null, stretch: null, better });
