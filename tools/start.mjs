// npm start: compiles what changed and runs every service in this process, with a PostgreSQL of its own.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const { status } = spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
process.setSourceMapsEnabled(true);
// The screen is for what to do next; LOG_LEVEL=info shows the requests too.
process.env.LOG_LEVEL ||= 'warn';
createRequire(import.meta.url)('../services/standalone/dist/main.js');
