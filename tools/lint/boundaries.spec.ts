import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const BOUNDARY = '@nx/enforce-module-boundaries';
const IMPURE = '@typescript-eslint/no-restricted-imports';
const root = join(__dirname, '..', '..');

interface Case {
  title: string;
  file: string;
  text: string;
  rule?: string;
}

const forbidden: Case[] = [
  { title: 'a service that imports a service', file: 'services/phone/src/bad.ts', text: "export * from '@throughline/service-profile';", rule: BOUNDARY },
  { title: 'a service that reaches into another by path', file: 'services/phone/src/bad.ts', text: "export * from '../../profile/src/profile.module';", rule: BOUNDARY },
  { title: 'contracts that import a library', file: 'libs/contracts/src/bad.ts', text: "export * from '@throughline/postgres';", rule: BOUNDARY },
  { title: 'a library that imports its neighbour', file: 'libs/bus/src/bad.ts', text: "export * from '@throughline/vault';", rule: BOUNDARY },
  { title: 'channel-kit with a database', file: 'libs/channel-kit/src/bad.ts', text: "export * from '@throughline/postgres';", rule: BOUNDARY },
  { title: 'a library that imports a service', file: 'libs/platform/src/bad.ts', text: "export * from '@throughline/service-admin';", rule: BOUNDARY },
  ...['@nestjs/common', 'typeorm', 'pg', 'kafkajs', 'node:http', 'node:net', 'net', '@throughline/bus'].flatMap((name) => [
    { title: `a decider that imports ${name}`, file: 'services/profile/src/bad.decider.ts', text: `export * from '${name}';`, rule: IMPURE },
    { title: `an adapter that imports ${name}`, file: 'services/phone/src/bad.adapter.ts', text: `export * from '${name}';`, rule: IMPURE },
  ]),
  { title: 'a decider that reads the clock', file: 'services/profile/src/bad.decider.ts', text: 'export const now = () => Date.now();', rule: 'no-restricted-syntax' },
  { title: 'an adapter that calls out by itself', file: 'services/phone/src/bad.adapter.ts', text: "export const call = () => fetch('http://x.example');", rule: 'no-restricted-globals' },
  { title: 'a service that reads the environment', file: 'services/phone/src/bad.ts', text: 'export const port = process.env.PORT;', rule: 'no-restricted-syntax' },
  { title: 'a file over 300 lines', file: 'services/phone/src/bad.ts', text: 'export {};\n'.repeat(301), rule: 'max-lines' },
  { title: 'a function over 60 lines', file: 'services/phone/src/bad.ts', text: `export function long(): void {\n${'  globalThis.name;\n'.repeat(61)}}\n`, rule: 'max-lines-per-function' },
  { title: 'any', file: 'services/phone/src/bad.ts', text: 'export const x = (y: any): unknown => y;', rule: '@typescript-eslint/no-explicit-any' },
];

const allowed: Case[] = [
  { title: 'a service that imports libraries', file: 'services/phone/src/good.ts', text: "export * from '@throughline/platform';\nexport * from '@throughline/contracts';" },
  { title: 'standalone that composes services', file: 'services/standalone/src/good.ts', text: "export * from '@throughline/service-phone';" },
  { title: 'an adapter that leans on channel-kit', file: 'services/phone/src/good.adapter.ts', text: "export * from '@throughline/channel-kit';\nexport * from 'node:crypto';" },
];

describe('lint', () => {
  const cases = [...forbidden, ...allowed];
  let answers: string[][];

  beforeAll(() => {
    const input = JSON.stringify(cases.map(({ file, text }) => ({ file, text })));
    answers = JSON.parse(execFileSync(process.execPath, ['tools/lint/lint-texts.mjs'], { cwd: root, input, encoding: 'utf8' })) as string[][];
  });

  it.each(forbidden)('goes red on $title', (bad) => {
    expect(answers[cases.indexOf(bad)]).toContain(bad.rule);
  });

  it.each(allowed)('stays green on $title', (good) => {
    expect(answers[cases.indexOf(good)]).toEqual([]);
  });
});
