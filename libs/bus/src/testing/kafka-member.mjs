// A member of a group in a process of its own, for tests that stop or kill it. Its argument: where and what it reads, as
// JSON. Says what it takes and has done, a JSON line each; `go` lets its handler finish, `memory` asks for the bytes it holds.
import { createInterface } from 'node:readline';
import { openKafkaBus } from '@throughline/bus';

const { group, ...where } = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const gate = Promise.withResolvers();
const texts = (batch) => batch.map(({ value }) => value.toString().slice(0, 20));

// Frames as the suites have them: not sealed.
const frames = { seal: async (_, keyId, box) => ({ keyId, box }), keep: async (_, keyId, box) => ({ keyId, box }), open: async (_, __, { box }) => box };
const bus = openKafkaBus({ frames, clientId: 'member', ...where });
const handle = async (batch) => {
  say({ took: texts(batch) });
  await gate.promise;
  say({ done: texts(batch) });
};
await bus.group({ topic: 'interactions', group, maxBatch: 100, handle, onRejected: (_, error) => Promise.reject(error) });
say({ joined: true });

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'go') gate.resolve();
  if (line === 'memory') {
    globalThis.gc?.();
    say({ memory: process.memoryUsage().arrayBuffers });
  }
}
// Whoever started it has gone.
process.exit(0);
