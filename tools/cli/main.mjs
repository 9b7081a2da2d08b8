#!/usr/bin/env node
// throughline: the command line of those who run it.
import '../require-node.mjs';
import { Command } from 'commander';
import { deadLetters } from './dead-letters.mjs';

const program = new Command('throughline').showHelpAfterError();
deadLetters(program);
try {
  await program.parseAsync();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
