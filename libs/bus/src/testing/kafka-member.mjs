// A member of a group in a process of its own, for tests that stop or kill it. Its argument: where and what it reads, as
// JSON. Says what it takes and has done, a JSON line each; `go` lets its handler finish, `memory` asks for the bytes it holds.
import { createInterface } from 'node:readline';
import bus from '@throughline/bus';

const { group, ...where } = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const gate = Promise.withResolvers();
const texts = (batch) => batch.map(({ value }) => value.toString().slice(0, 20));

const member = bus.openKafkaBus({ clientId: 'member', ...where });
const handle = async (batch) => {
  say({ took: texts(batch) });
  await gate.promise;
  say({ done: texts(batch) });
};
await member.group({ topic: 'interactions', group, maxBatch: 100, handle, onRejected: (_, error) => Promise.reject(error) });
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
