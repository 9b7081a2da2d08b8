import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Loads TypeScript as the tests do, in a process without Jest. */
const LOADER = `
  const { readFileSync } = require('node:fs'), Module = require('node:module');
  const options = { ...JSON.parse(readFileSync('.swcrc', 'utf8')), swcrc: false };
  Module._extensions['.ts'] = (module, file) => module._compile(require('@swc/core').transformFileSync(file, options).code, file);
  const { openFileKeyStore } = require('${join(__dirname, '..', 'file-key-port.ts')}');
  const [, folder, ...args] = process.argv;
  const port = openFileKeyStore(folder);`;

/** A process of its own that runs this code over a key store in a folder: it has `port` and `args`. */
export function startProcess(code: string, folder: string, args: readonly string[] = [], wrapper: readonly string[] = []): ChildProcess {
  const [program, ...rest] = [...wrapper, process.execPath, '-C', 'source', '-e', `${LOADER}(async () => {${code}})();`, folder, ...args];
  return spawn(program!, rest, { cwd: join(__dirname, '../../../..'), stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Its output, when it has ended well. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (part: string) => (text += part));
  const code = await new Promise<number | null>((resolve, reject) => child.once('exit', resolve).once('error', reject));
  if (code !== 0) throw new Error(`the process ended with ${code}`);
  return text;
}
