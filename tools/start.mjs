// npm start: compiles what changed and runs every service in this process, with a PostgreSQL of its own.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const { status } = spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
process.setSourceMapsEnabled(true);
endWithNpm();
// The screen is for what to do next; LOG_LEVEL=info shows the requests too.
process.env.LOG_LEVEL ||= 'warn';
createRequire(import.meta.url)('../services/standalone/dist/main.js');

// npm gives SIGTERM to a shell that does not pass it on: without this the product would outlive its `npm start`.
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 250).unref();
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      clearInterval(watch); // a second signal would cut the closing short
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}
