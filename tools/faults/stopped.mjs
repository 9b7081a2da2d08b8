// A process stands still (SIGSTOP) for 5 s and for 30 s, and then goes on as if nothing had been: of PostgreSQL every session.
import { processTree, signal } from '../products/processes.mjs';

const SECONDS = [5, 30];

export default {
  name: 'stopped',
  modes: ['embedded', 'distributed'],
  needs: 'plain',
  drills: ({ product }) => {
    const names = Object.keys(product.parts).filter((name) => name !== 'router');
    return names.flatMap((name) => SECONDS.map((seconds) => drill(product, name, seconds)));
  },
};

function drill(product, name, seconds) {
  let stopped = [];
  return {
    name: `${name} ${seconds} s`,
    holdMs: seconds * 1000,
    begin: async () => {
      const { pid, kind } = product.parts[name];
      stopped = kind === 'postgres' ? processTree(pid) : [pid];
      for (const each of stopped) signal(each, 'SIGSTOP');
    },
    end: async () => stopped.forEach((each) => signal(each, 'SIGCONT')),
  };
}
