import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, resolve } from 'node:path';

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of a program of this machine. Throws one line that says what to install: a real client is never left out in silence. */
function programOf(names: readonly string[], install: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const path = names.flatMap((name) => folders.map((folder) => resolve(folder, name))).find(isProgram);
  if (path) return path;
  throw new Error(`${names[0]} is missing: ${install}`);
}

/** swaks, with what it needs for STARTTLS. */
export function swaks(): string {
  const install = 'apt-get install swaks libnet-ssleay-perl';
  const path = programOf(['swaks'], install);
  if (!/TLS supported/.test(spawnSync(path, ['--support'], { encoding: 'utf8' }).stdout)) throw new Error(`swaks is here without TLS: ${install}`);
  return path;
}

export const curl = () => programOf(['curl'], 'apt-get install curl');
export function chromium(): string {
  const set = process.env.CHROMIUM_PATH;
  return programOf(set ? [set] : ['chromium', 'google-chrome', 'chromium-browser'], 'apt-get install chromium, or set CHROMIUM_PATH to a Chrome or Chromium');
}

/** Runs it to its end; its exit code and all it printed. */
export async function runProgram(path: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, output: Buffer.concat(chunks).toString() };
}
