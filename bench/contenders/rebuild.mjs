// The profile's rebuild, as an operator runs it beside a running product. The only file that knows how a rebuild is called.
import { createRequire } from 'node:module';
import { answer } from '../stand/answer.mjs';

const require = createRequire(import.meta.url);
const { openBlobStore } = require('@throughline/blob');
const { eventStore, rebuildReadModels } = require('@throughline/event-store');
const { openDatabase } = require('@throughline/postgres');
const { openFileKeyStore, openVault } = require('@throughline/vault');
const { BodyStore } = require('../../services/profile/dist/body-store.js');
const { profileProjector } = require('../../services/profile/dist/rebuild.js');

const { url, keys, blobs } = JSON.parse(process.argv[2]);
const database = openDatabase({ url, service: 'profile' });
const parts = { store: eventStore, vault: openVault(openFileKeyStore(keys), () => new Date()), bodies: new BodyStore(openBlobStore(`file:${blobs}`)) };

/** Every read model made again from the log. Seconds from the call until the new ones answer. */
async function run() {
  const started = performance.now();
  await rebuildReadModels(profileProjector(parts), { database });
  return { seconds: (performance.now() - started) / 1000 };
}

answer({ run });
process.on('SIGTERM', () => void database.close().finally(() => process.exit()));
