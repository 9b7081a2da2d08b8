// Gives every service a database, roles and a login of its own.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';

const WAIT_LIMIT_MS = 120_000;
// Blobs may lie in PostgreSQL, in a database that all services share (BLOB_URL).
const names = [...Object.keys(JSON.parse(readFileSync(new URL('../../deploy/services.json', import.meta.url), 'utf8'))), 'blob'];

/** { service: URL of its login }. Safe to repeat. */
export async function provisionServices(adminUrl, passwordOf) {
  const { provision } = createRequire(import.meta.url)('../../libs/postgres/dist/index.js');
  const urls = {};
  for (const service of names) {
    urls[service] = await provision({ adminUrl, service, password: passwordOf(service), database: `throughline_${service.replaceAll('-', '_')}` });
  }
  return urls;
}

async function untilThere(work) {
  for (const limit = Date.now() + WAIT_LIMIT_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > limit || !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '57P03'].includes(error.code)) throw error;
      console.log(`not there yet: ${error.message}`);
      await delay(1000);
    }
  }
}

/** What the container `provision` runs: reads ADMIN_URL and SERVICE_PASSWORD, waits for the server, ends. */
export async function main() {
  const { ADMIN_URL, SERVICE_PASSWORD } = process.env;
  if (!ADMIN_URL || !SERVICE_PASSWORD) throw new Error('ADMIN_URL and SERVICE_PASSWORD must be set');
  await untilThere(() => provisionServices(ADMIN_URL, () => SERVICE_PASSWORD));
  console.log(`provisioned: ${names.join(', ')}`);
}
