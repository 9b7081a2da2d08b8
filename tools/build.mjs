// Compiles every TypeScript file of libs/ and services/ from src/ to dist/ with swc; files not newer than their output are left alone.
// Several may run at once, beside services that read dist/: every command of the CLI builds first.
// Usage: node tools/build.mjs [project folder ...]
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { transformFile } from '@swc/core';

const swcrc = JSON.parse(readFileSync('.swcrc', 'utf8'));
const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const outputOf = (source) => source.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
const isFresh = (source) => time(outputOf(source)) >= Math.max(time(source), time('.swcrc'));
const slashed = (file) => file.replaceAll('\\', '/');

/** Whoever reads the file meanwhile has the former one or this one, whole. */
function write(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, content);
  renameSync(`${file}.${process.pid}`, file);
}

async function compile(source) {
  const target = outputOf(source);
  const { code, map } = await transformFile(source, { ...swcrc, swcrc: false });
  write(`${target}.map`, map);
  write(target, `${code}\n//# sourceMappingURL=${target.split('/').at(-1)}.map\n`);
}

const projects = process.argv.length > 2 ? process.argv.slice(2) : globSync('{libs,services}/*');
const filesOf = (pattern) => projects.flatMap((project) => globSync(`${project}/${pattern}`)).map(slashed);
const sources = filesOf('src/**/*.ts');
// Assets (SQL, HTML, JSON) lie beside the code that reads them.
const assets = filesOf('src/**/*.{html,json,sql,css,js,pem}');
const wanted = new Set([...sources, ...assets].map(outputOf));
for (const file of filesOf('dist/**/*.js')) if (!wanted.has(file)) rmSync(file, { force: true });
await Promise.all(sources.filter((source) => !isFresh(source)).map(compile));
for (const asset of assets) if (!isFresh(asset)) write(outputOf(asset), readFileSync(asset));
