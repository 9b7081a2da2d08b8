import { join } from 'node:path';
import type { RuntimeConfig } from '@throughline/platform';
import { EmbeddedPostgres } from './embedded-postgres/embedded-postgres';

export interface BootedDatabase {
  /** A login that may make roles and databases. */
  adminUrl: string;
  stop: () => Promise<void>;
}

/** The server that DATABASE_URL names, or else one of our own with its data in DATA_DIR/postgres. */
export async function bootDatabase(config: RuntimeConfig): Promise<BootedDatabase> {
  if (config.databaseUrl) return { adminUrl: config.databaseUrl, stop: async () => undefined };
  const postgres = await EmbeddedPostgres.start({
    folder: join(config.dataDir, 'postgres'),
    // Doors answer 503 meanwhile. Ending would help nobody: the next start would meet the same.
    onDown: (error, nextInMs) => process.stderr.write(`${error.message}\nnext try in ${nextInMs} ms\n`),
  });
  return { adminUrl: postgres.url, stop: () => postgres.stop() };
}
