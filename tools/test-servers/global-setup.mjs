// Jest's globalSetup. Node loads this file itself, untransformed.
import '../require-node.mjs';
import { globSync } from 'node:fs';
import { serversFor, startTestServers } from './test-servers.mjs';

export default async function globalSetup({ rootDir, testPathPatterns }) {
  const patterns = (testPathPatterns?.patterns ?? []).map((pattern) => new RegExp(pattern, 'i'));
  const specs = globSync('{libs,services,tools}/**/*.spec.ts', { cwd: rootDir, exclude: ['**/node_modules', '**/dist'] });
  const chosen = specs.filter((file) => patterns.length === 0 || patterns.some((pattern) => pattern.test(`${rootDir}/${file}`)));
  globalThis.stopTestServers = await startTestServers(serversFor(chosen));
}
