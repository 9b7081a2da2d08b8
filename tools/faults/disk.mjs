// A small disk: a tmpfs under a server's folder, whose size is cut to what is in use and given back. Needs root.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';

const ROOMY = '2g';
const SLACK_BYTES = 64 * 1024;
const TRIES = 50;

const mounted = new Set();
const run = (program, ...args) => execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Mounts it; it is unmounted by `removeDisks`, and at the end of this process in any case. */
export function mountDisk(folder) {
  mkdirSync(folder, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${ROOMY},mode=755`, 'throughline-fault', folder);
  mounted.add(folder);
  return { fill: () => fill(folder), empty: () => run('mount', '-o', `remount,size=${ROOMY}`, folder) };
}

/** From now on nothing can be written that needs a new block. */
function fill(folder) {
  for (let tries = 1; ; tries += 1) {
    const { blocks, bfree, bsize } = statfsSync(folder);
    try {
      return run('mount', '-o', `remount,size=${(blocks - bfree) * bsize + (tries - 1) * SLACK_BYTES}`, folder);
    } catch (error) {
      // The kernel refuses a size below what is in use, and the server writes meanwhile.
      if (tries === TRIES) throw error;
    }
  }
}

export function removeDisks() {
  for (const folder of mounted) {
    run('umount', '-l', folder);
    mounted.delete(folder);
  }
}

process.on('exit', removeDisks);
