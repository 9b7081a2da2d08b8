// The sub-commands: each file gives a function that registers its own. A new one is a file and a line.
import { deadLetters } from './dead-letters.mjs';
import { digest } from './digest.mjs';
import { keys } from './keys.mjs';
import { rebuild } from './rebuild.mjs';
import { restored } from './restored.mjs';
import { verify } from './verify.mjs';

export const commands = [verify, digest, deadLetters, rebuild, keys, restored];
