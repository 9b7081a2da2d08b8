import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RuntimeConfig } from '@throughline/platform';

export interface Started {
  url: string;
  version: string;
  /** From the start of the process to the first request it can take. */
  seconds: number;
  /** The demo accounts' secrets are shown once. */
  first: boolean;
}

interface DemoFile {
  apiKey: string;
  accounts: Record<string, Record<string, string>>;
}

/** What somebody who has just started it wants to know, on one screen. */
export function readyScreen(config: RuntimeConfig, { url, version, seconds, first }: Started): string {
  const demo = config.demo ? demoFile(config.dataDir) : undefined;
  const lines = [
    `Throughline ${version} is ready after ${seconds.toFixed(1)} s.`,
    '',
    `  HTTP       ${config.publicUrl}${url.endsWith(`:${config.port}`) ? '' : `  (listening on ${url})`}`,
    `  reference  ${config.publicUrl}/docs`,
    `  chat page  ${config.publicUrl}/chat?site=${demo?.accounts.acc_site?.siteKey ?? '<site key>'}`,
    `  SMTP       ${config.host}:${config.smtpPort}`,
    `  data       ${config.dataDir}`,
    ...(demo ? demoLines(config, demo, first) : []),
    '',
    '  Ctrl-C ends it; the data stays.',
  ];
  return `\n${lines.join('\n')}\n\n`;
}

function demoLines({ dataDir, publicUrl }: RuntimeConfig, demo: DemoFile, first: boolean): string[] {
  return [
    '',
    `  demo key   ${demo.apiKey}`,
    `  secrets    ${join(dataDir, 'demo.json')}`,
    ...(first ? secretLines(demo) : []),
    '',
    '  Try in a second terminal:',
    `    ${dataDir === resolve('.throughline') ? '' : `DATA_DIR=${dataDir} `}npm run demo`,
    `    curl -s ${publicUrl}/v1/customers/lookup -H 'authorization: Bearer ${demo.apiKey}' -H 'content-type: application/json' \\`,
    `      -d '{"identities":[{"namespace":"email","value":"mei@customer.example"}]}'`,
  ];
}

const secretLines = ({ accounts }: DemoFile) =>
  Object.entries(accounts).map(([id, fields]) => `    ${id.padEnd(13)} ${Object.entries(fields).map(([name, value]) => `${name} ${value}`).join('  ')}`);

/** Before the first start there is none. */
export const hasDemoFile = (dataDir: string) => existsSync(join(dataDir, 'demo.json'));

function demoFile(dataDir: string): DemoFile | undefined {
  const file = join(dataDir, 'demo.json');
  return hasDemoFile(dataDir) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoFile) : undefined;
}
