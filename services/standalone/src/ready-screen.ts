import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeConfig } from '@throughline/platform';

export interface Started {
  url: string;
  version: string;
  /** From the start of the process to the first request it can take. */
  seconds: number;
}

interface DemoFile {
  apiKey: string;
  accounts: Record<string, Record<string, string>>;
}

/** What somebody who has just started it wants to know, on one screen. */
export function readyScreen(config: RuntimeConfig, { url, version, seconds }: Started): string {
  const demo = config.demo ? demoFile(config.dataDir) : undefined;
  const lines = [
    `Throughline ${version} is ready after ${seconds.toFixed(1)} s.`,
    '',
    `  HTTP       ${config.publicUrl}${url.endsWith(`:${config.port}`) ? '' : `  (listening on ${url})`}`,
    `  reference  ${config.publicUrl}/docs`,
    `  chat page  ${config.publicUrl}/chat`,
    `  SMTP       ${config.host}:${config.smtpPort}`,
    `  data       ${config.dataDir}`,
    ...(demo ? demoLines(config, demo) : []),
    '',
    '  Ctrl-C ends it; the data stays.',
  ];
  return `\n${lines.join('\n')}\n\n`;
}

function demoLines({ dataDir, publicUrl }: RuntimeConfig, demo: DemoFile): string[] {
  const secrets = Object.entries(demo.accounts).map(([id, fields]) => `  ${id.padEnd(13)} ${Object.entries(fields).map(([name, value]) => `${name} ${value}`).join('  ')}`);
  return [
    '',
    `  demo key   ${demo.apiKey}`,
    ...(secrets.length > 0 ? [`  demo accounts (kept in ${join(dataDir, 'demo.json')}):`, ...secrets.map((line) => `  ${line}`)] : []),
    '',
    '  Try in a second terminal:',
    "    npm run demo",
    `    curl -s ${publicUrl}/v1/customers/lookup -H 'authorization: Bearer ${demo.apiKey}' -H 'content-type: application/json' \\`,
    `      -d '{"identities":[{"namespace":"email","value":"mei@customer.example"}]}'`,
  ];
}

function demoFile(dataDir: string): DemoFile | undefined {
  const file = join(dataDir, 'demo.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoFile) : undefined;
}
