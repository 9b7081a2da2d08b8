// What runs where, once it is up.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicsOf } from '../kafka/admin.mjs';
import { dataDir, home } from './state.mjs';

export async function report({ publicUrl, processes, kafka }) {
  console.log(`\nThroughline is up at ${publicUrl} (reference: ${publicUrl}/docs, SMTP on port ${process.env.SMTP_PORT || 2525})\n`);
  console.log(`  ${'process'.padEnd(12)}${'pid'.padEnd(10)}address`);
  for (const [name, { pid, url }] of Object.entries(processes)) console.log(`  ${name.padEnd(12)}${String(pid ?? '-').padEnd(10)}${url ?? ''}`);
  console.log(`\n  ${'topic'.padEnd(24)}partitions`);
  for (const { name, partitions } of await topicsOf(kafka)) console.log(`  ${name.padEnd(24)}${partitions}`);
  const demo = join(dataDir, 'demo.json');
  if (existsSync(demo)) console.log(`\n  demo key    ${JSON.parse(readFileSync(demo, 'utf8')).apiKey}`);
  console.log(`\n  logs and data: ${home}\n  npm run down ends it.\n`);
}
