// Gives every folder of libs/ and services/ its targets, so that a new one needs no configuration: build (swc), lint, test
// (the fast level; what needs servers runs by `npm test`).
import { dirname } from 'node:path';

const targets = (folder) => ({
  build: { command: `node tools/build.mjs ${folder}` },
  lint: { command: `eslint ${folder}` },
  test: { command: `jest ${folder}/src --testPathIgnorePatterns '\\.(int|kafka|e2e)\\.spec\\.' --passWithNoTests --maxWorkers=1` },
});

export const name = 'throughline-projects';

export const createNodesV2 = [
  '{libs,services}/*/package.json',
  (files) => files.map((file) => [file, { projects: { [dirname(file)]: { targets: targets(dirname(file)) } } }]),
];
