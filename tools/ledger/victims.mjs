// What is bounced, and how: `hard` is kill -9, `clean` is what an operator's stop sends.
import { silentServices } from './probes.mjs';

/** PostgreSQL takes SIGTERM as "when all clients have left", and a pool never leaves: SIGINT is its stop. */
const CLEAN = { service: 'SIGTERM', broker: 'SIGTERM', postgres: 'SIGINT' };
const KINDS = { services: 'service', broker: 'broker', postgres: 'postgres' };

/** Every chosen process in turn, once by each kind of bounce. @returns {{ name: string, bounce: string }[]} */
export function bouncesOf(product, victims, bounces) {
  const chosen = Object.entries(product.parts).filter(([, { kind }]) => victims.some((victim) => KINDS[victim] === kind));
  return bounces.flatMap((bounce) => chosen.map(([name]) => ({ name, bounce })));
}

/** Bounces one. Resolves when it is ready again: how long that took, and which other services did not answer meanwhile. */
export async function bounceOne(product, { name, bounce }) {
  const { kind } = product.parts[name];
  const started = Date.now();
  const again = product.bounce(name, bounce === 'hard' ? 'SIGKILL' : CLEAN[kind]);
  // Without its database or the broker a service may refuse; without another service it must not.
  const silent = kind === 'service' && product.mode === 'distributed' ? await silentServices(product.demo, addresses(product), name) : [];
  await again;
  return { name, bounce, downMs: Date.now() - started, silent };
}

const addresses = (product) => Object.fromEntries(Object.entries(product.parts).filter(([, { kind }]) => kind === 'service').map(([name, { url }]) => [name, url]));
