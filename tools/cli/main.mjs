#!/usr/bin/env node
// throughline: what operators run beside the services. npm run throughline -- <command>
// Exit codes: 0 good; 1 something is wrong with what was looked at; 2 it could not be looked at.
import '../require-node.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { commands } from './commands.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** From a clone the sources are compiled first, as npm start does; an image has no sources. */
function build() {
  if (!existsSync(`${root}/libs/platform/src`)) return;
  if (spawnSync(process.execPath, ['tools/build.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) process.exit(2);
}

const program = new Command('throughline')
  .description('what operators run beside the services')
  .showHelpAfterError()
  .exitOverride()
  .hook('preAction', build);
for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has already said what was wrong with the arguments.
  const usage = error.code?.startsWith?.('commander.');
  if (!usage) console.error(error.message);
  process.exitCode = usage && error.exitCode === 0 ? 0 : 2;
}
