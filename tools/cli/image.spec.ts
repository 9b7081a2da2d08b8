import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** What the last stage copies from the clone: files, and folders with a slash at their end. */
function copied(): string[] {
  const lastStage = read('deploy/Dockerfile').split(/^FROM /m).at(-1)!;
  const sources = [...lastStage.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]!.split(' '));
  return sources.flatMap((source) => (source.includes('*') ? globSync(source, { cwd: root }) : [source]));
}

/** The scripts that a script imports, wherever they are. */
function reached(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const [, path] of read(entry).matchAll(/(?:from|import)[ (]'(\.[^']+\.mjs)'/g)) reached(relative(root, join(root, dirname(entry), path!)), seen);
  return seen;
}

it.each(['deploy/entrypoint.mjs', 'deploy/healthcheck.mjs', 'tools/cli/main.mjs'])('the image holds all that %s imports', (entry) => {
  const there = copied();
  const scripts = [...reached(entry)].filter((script) => existsSync(join(root, script)));
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((script) => !there.some((source) => script === source || (source.endsWith('/') && script.startsWith(source))))).toEqual([]);
});
