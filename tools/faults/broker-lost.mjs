// The broker comes back without its data, or without the topics that matter while the groups' places are still there. What was
// acknowledged and not yet applied is gone: it must be counted, and everything else goes on.
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { partitionEnds, readyForGroups } from '../kafka/admin.mjs';
import { signal } from '../products/processes.mjs';
import { until } from '../products/ready.mjs';

const GATHER_MS = 3_000;
const FEW = 5;
const BACK_LIMIT_MS = 120_000;
const REPUBLISHED_LIMIT_MS = 60_000;

export default {
  name: 'broker-lost',
  modes: ['distributed'],
  needs: 'plain',
  drills: ({ product }) => [
    drill(product, 'all of it', (data) => rmSync(data, { recursive: true })),
    drill(product, 'every topic, but not the groups', (data) => globSync(join(data, '{interactions,timeline,config,outbound,dead-letters}-*')).forEach((folder) => rmSync(folder, { recursive: true }))),
  ],
};

function drill(product, name, lose) {
  const state = {};
  return {
    name,
    begin: async () => {
      // What stands between the counters already: of drills before, or of a process whose counters ended with it; and the few under way.
      state.before = await counted(product);
      // A reader that stands still lets something gather between the doors and the log.
      state.profile = product.parts.profile.pid;
      signal(state.profile, 'SIGSTOP');
      await wait(GATHER_MS);
      await loseBroker(product, lose);
      signal(state.profile, 'SIGCONT');
    },
    holdMs: 0,
    end: async () => undefined,
    // A new broker must make its own topic of offsets before any group can join.
    over: () => until(() => readyForGroups(product.broker).then(() => true, () => false), BACK_LIMIT_MS, 'the broker does not answer'),
    judge: async (row) => {
      const now = await counted(product);
      const [least, most] = [now.least - state.before.least, now.most - state.before.most];
      // What two processes had at the same time is counted twice; where it is far off, nobody can go by it.
      row.excused = most + FEW;
      const config = await until(async () => (await partitionEnds(product.broker, 'config')) > 0, REPUBLISHED_LIMIT_MS, 'no').then(() => 'published again', () => 'NOT published again');
      row.bad = config.startsWith('NOT');
      row.note = `acknowledged and not applied, by the product's own count: ${least} to ${most}; the configuration is ${config}`;
    },
  };
}

/** The supervisor must not start it again before its data is gone. */
async function loseBroker(product, lose) {
  const { supervisor } = product;
  const { pid } = product.parts.kafka;
  signal(supervisor, 'SIGSTOP');
  try {
    signal(pid, 'SIGKILL');
    await wait(500);
    lose(join(product.home, 'kafka', 'data'));
  } finally {
    signal(supervisor, 'SIGCONT');
  }
  await until(() => ![undefined, pid].includes(product.parts.kafka.pid), BACK_LIMIT_MS, 'the broker was not started again');
}

/** How much of what the doors put on `interactions` profile has not done, at least and at most, by the metrics every service shows. */
async function counted(product) {
  const texts = await Promise.all(Object.values(product.parts).filter(({ kind }) => kind === 'service').map(({ url }) => fetch(`${url}/metrics`).then((answer) => answer.text())));
  const sum = (metric) => texts.flatMap((text) => text.split('\n')).filter((line) => line.startsWith(`${metric}{`) && line.includes('topic="interactions"')).reduce((total, line) => total + Number(line.split(' ')[1]), 0);
  const least = sum('throughline_bus_published_total') - sum('throughline_bus_handled_total');
  return { least, most: least + sum('throughline_bus_doubtful_total') };
}
