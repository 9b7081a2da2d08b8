// throughline: what an operator does with what runs.
import '../require-node.mjs';
import { Command } from 'commander';
import { rebuild } from './rebuild.mjs';

const program = new Command('throughline');
rebuild(program);
await program.parseAsync().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
