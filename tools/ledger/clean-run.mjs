// The same input once more, each thing once and in its true order, into a fresh product without faults.
import { startFresh } from '../products/embedded.mjs';
import { check } from './check.mjs';
import { items } from './plan.mjs';
import { Load } from './load.mjs';

const PATIENCE_MS = 600_000;

/** @returns what `check` says of it. The product is one process, whatever the faulty run was: the answers must be the same. */
export async function cleanRun(plan, count) {
  const product = await startFresh();
  try {
    const load = await Load.open(product.demo, plan);
    await load.start(inOrder(plan, count), Infinity).finished();
    return await check(product.demo, load.lanes, PATIENCE_MS);
  } finally {
    await product.stop();
  }
}

function* inOrder(plan, count) {
  for (const item of items(plan, count)) yield { item, again: false };
}
