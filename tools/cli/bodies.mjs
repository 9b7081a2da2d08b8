// Joins the log with keys and blobs, so that bodies can be opened. The store itself has neither.
import { compiled, lib } from './installation.mjs';

/** Services with a log, and how the bodies in it open. */
const openers = {
  profile: async ({ config, database, vault }) => {
    const { BodyStore } = compiled('profile/dist/body-store');
    const blobs = await lib('blob').openBlobStore(config.blobUrl);
    const check = compiled('profile/dist/check-bodies').checkBodies({ database, vault, bodies: new BodyStore(blobs) });
    return { check, close: () => blobs.close() };
  },
  admin: async ({ vault }) => ({ check: compiled('admin/dist/config/check-config-bodies').checkConfigBodies(vault) }),
};

export const services = Object.keys(openers);

/** `check` opens bodies of this service's log; `close` ends what was opened for it. */
export function openBodyCheck(service, { config, database }) {
  const { openKeyStore, openVault } = lib('vault');
  const vault = openVault(openKeyStore(config.keyStore), () => new Date(), { onlyFounded: true });
  return openers[service]({ config, database, vault });
}
