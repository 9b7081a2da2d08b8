// Joins the log with keys and blobs, so that bodies can be opened. The store itself has neither.
import { compiled, lib } from './installation.mjs';

/** Services with a log, and how the bodies in it open. */
const openers = {
  profile: ({ database, vault, blobs }) => {
    const { BodyStore } = compiled('profile/dist/body-store');
    return compiled('profile/dist/check-bodies').checkBodies({ database, vault, bodies: new BodyStore(blobs) });
  },
  admin: ({ vault }) => compiled('admin/dist/config/check-config-bodies').checkConfigBodies(vault),
};

export const services = Object.keys(openers);

export function bodyCheck(service, { config, database }) {
  const { openBlobStore } = lib('blob');
  const { openKeyStore, openVault } = lib('vault');
  const vault = openVault(openKeyStore(config.keyStore), () => new Date(), { onlyFounded: true });
  return openers[service]({ database, vault, blobs: openBlobStore(config.blobUrl) });
}
