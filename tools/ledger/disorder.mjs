// How gateways hand over: some things twice, and not in the order in which they happened.
import { seeded } from './seeded.mjs';

/**
 * The order of handing over. Each item is moved by less than `window` places; a part of `duplicates` is sent a second time, half
 * of those again within the window and half at any later moment of the run. @returns {{ item: unknown, again: boolean }[]}
 */
export function disorder(items, { duplicates, window, seed }) {
  const random = seeded(seed);
  const placed = items.map((item, index) => ({ item, again: false, place: index + random() * window }));
  const repeated = placed.flatMap((entry) => (random() < duplicates ? [repeat(entry, items.length, window, random)] : []));
  return [...placed, ...repeated].sort((a, b) => a.place - b.place).map(({ item, again }) => ({ item, again }));
}

function repeat({ item, place }, count, window, random) {
  const reach = random() < 0.5 ? Math.max(window, 1) : Math.max(count - place, 1);
  return { item, again: true, place: place + random() * reach };
}
