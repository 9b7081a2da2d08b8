// npm run check: everything that needs no server. Goes through all steps, then says which failed.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';

const bin = (name) => `node_modules/.bin/${name}`;
const STEPS = {
  lint: [bin('eslint'), '.'],
  types: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'],
  'proto lint': [bin('buf'), 'lint', 'proto'],
  'generated code': ['node', 'tools/proto/check-generated.mjs'],
  'unused code': [bin('knip'), '--no-progress', '--no-config-hints'],
  'fast specs': [bin('jest'), '--testPathIgnorePatterns', '\\.(int|kafka|e2e)\\.spec\\.', '/node_modules/', '--silent'],
};

const failed = [];
for (const [name, [command, ...args]] of Object.entries(STEPS)) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, NX_DAEMON: 'false' } });
  if (status !== 0) failed.push(name);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
if (failed.length > 0) process.exitCode = 1;
console.log(failed.length > 0 ? `check: ${failed.join(', ')} failed` : 'check: all green');
