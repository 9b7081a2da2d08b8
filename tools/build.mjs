// Compiles every TypeScript file of libs/ and services/ from src/ to dist/ with swc; files not newer than their output are left alone.
// Usage: node tools/build.mjs [project folder ...]
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { transformFile } from '@swc/core';

const swcrc = JSON.parse(readFileSync('.swcrc', 'utf8'));
const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const outputOf = (source) => source.replace('/src/', '/dist/').replace(/\.ts$/, '.js');

async function compile(source) {
  const target = outputOf(source);
  if (time(target) >= Math.max(time(source), time('.swcrc'))) return;
  const { code, map } = await transformFile(source, { ...swcrc, swcrc: false });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.map`, map);
  writeFileSync(target, `${code}\n//# sourceMappingURL=${target.split('/').at(-1)}.map\n`);
}

const projects = process.argv.length > 2 ? process.argv.slice(2) : globSync('{libs,services}/*');
const sources = projects.flatMap((project) => globSync(`${project}/src/**/*.ts`)).map((file) => file.replaceAll('\\', '/'));
const wanted = new Set(sources.map(outputOf));
for (const stale of projects.flatMap((project) => globSync(`${project}/dist/**/*.js`))) {
  if (!wanted.has(stale.replaceAll('\\', '/'))) rmSync(stale);
}
await Promise.all(sources.map(compile));
// Assets (SQL, HTML, JSON) lie beside the code that reads them.
for (const asset of projects.flatMap((project) => globSync(`${project}/src/**/*.{html,json,sql,css,js,pem}`))) {
  const target = asset.replace('/src/', '/dist/');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(asset));
}
