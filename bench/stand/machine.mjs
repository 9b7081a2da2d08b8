import { cpus, loadavg, totalmem } from 'node:os';

const load = loadavg()[0].toFixed(1);

/** What the figures were taken on; `load` is how busy it was when the run began: others on the machine blur the ratios too. */
export function machine() {
  return { cores: cpus().length, cpu: cpus()[0].model.trim(), memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.versions.node, load: Number(load) };
}
