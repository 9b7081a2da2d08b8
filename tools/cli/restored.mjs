// throughline restored: to be run once, before the services start, after a database was brought back from an older copy.
import { Option } from 'commander';
import { services } from './bodies.mjs';
import { lib, openInstallation } from './installation.mjs';

/** Adds the command. */
export function restored(program) {
  program
    .command('restored')
    .description('a log was brought back from an older copy: whoever had read further is refused from now on, and reads it anew')
    .addOption(new Option('--service <name>', 'whose log').choices(services).makeOptionMandatory())
    .action(run);
}

async function run({ service }) {
  const { url, database, close } = await openInstallation(service);
  try {
    if (await inUse(database)) throw new Error(`Services run on this database: stop them first. A log gets a new generation while nobody uses it.`);
    const generation = await lib('event-store').startGeneration(url, service, new Date());
    console.log(`The log of ${service} is of generation ${generation} now. Start the services; take a digest today (throughline digest take --service ${service}).`);
  } finally {
    await close();
  }
}

/** Who works on a log listens to it. */
const LISTENERS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tl_listen'";

const inUse = async (database) => (await database.system((tx) => tx.query(LISTENERS))).rowCount > 0;
