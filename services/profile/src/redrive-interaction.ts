import { mediaTypeOf, rejected } from '@throughline/contracts';
import { readAccepted, type Redriven, type Runtime } from '@throughline/platform';

const ACCEPTED = mediaTypeOf('interactions');

/**
 * Puts an interaction that was set aside back on the bus, under its key: it comes through the same handler, behind what is
 * on its key already, and is parked or set aside there as any other. Throws `rejected` for what is no interaction.
 */
export const redriveInteraction =
  ({ door, vault, blobs }: Pick<Runtime, 'door' | 'vault' | 'blobs'>) =>
  async ({ tenant, mediaType, raw }: Redriven): Promise<void> => {
    if (mediaType !== ACCEPTED) throw rejected('not-redrivable', 'It is no interaction off the bus.');
    await door.again(tenant, await readAccepted(await vault.forTenant(tenant), blobs, raw));
  };
