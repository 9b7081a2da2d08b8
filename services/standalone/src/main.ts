import { readConfig, startService } from '@throughline/platform';
import { bootDatabase } from './boot-database';
import { hasDemoFile, readyScreen } from './ready-screen';
import { standaloneService } from './standalone.module';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const first = !hasDemoFile(config.dataDir);
  const database = await bootDatabase(config);
  const { url, runtime } = await startService(standaloneService, { config, adminUrl: database.adminUrl, onClose: database.stop });
  process.stdout.write(readyScreen(config, { url, version: runtime.version, seconds: process.uptime(), first }));
}

// A folder in use or a bad variable is the operator's to mend: the line says how, a stack would not.
main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
