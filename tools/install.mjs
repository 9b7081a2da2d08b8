// Installs when node_modules is missing, half done or older than the lock. Runs on whatever Node the machine has.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const done = 'node_modules/.package-lock.json'; // npm writes it last

if (time(done) < time('package-lock.json')) {
  process.exitCode = spawnSync('npm ci', { shell: true, stdio: 'inherit' }).status ?? 1;
}
