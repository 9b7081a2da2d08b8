import { readConfig, startService } from '@throughline/platform';
import { bootDatabase } from './boot-database';
import { readyScreen } from './ready-screen';
import { standaloneService } from './standalone.module';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const database = await bootDatabase(config);
  const { url, runtime } = await startService(standaloneService, { config, adminUrl: database.adminUrl, onClose: database.stop });
  process.stdout.write(readyScreen(config, { url, version: runtime.version, seconds: process.uptime() }));
}

// A folder in use or a bad variable is the operator's to mend: the line says how, a stack would not.
main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
