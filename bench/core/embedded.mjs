// The product in embedded mode, on the bench's PostgreSQL in a database of its own.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_FLAGS } from '../../tools/node-flags.mjs';
import { Contender } from '../stand/contender.mjs';
import { Product } from './product.mjs';

/** @param services 'all' (what npm start runs), or the names of those that shall run; @param supply what is posted, where it is not the usual */
export async function startEmbedded(stand, name, { services = 'all', supply } = {}) {
  await stand.create(name);
  const dataDir = join(stand.folder, name);
  mkdirSync(dataDir);
  return restartEmbedded(stand, name, { services, supply });
}

/** The same on a database that is there. */
export async function restartEmbedded(stand, name, { services = 'all', supply } = {}) {
  const dataDir = join(stand.folder, name);
  const env = { DATABASE_URL: stand.url(name), DATA_DIR: dataDir, PORT: '0', SMTP_PORT: '0', LOG_LEVEL: 'warn', KAFKA_BROKERS: '', DEMO: '1' };
  const whole = await Contender.start('throughline.mjs', { services }, env, NODE_FLAGS);
  const { url } = whole.ready;
  return new Product({ name, stand, dataDir, doorUrl: url, readUrl: url, database: name, contenders: { whole }, ...(supply && { supply }) });
}
