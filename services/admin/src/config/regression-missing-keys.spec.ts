import { tenantId } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { checkConfigBodies } from './check-config-bodies';

// One tenant whose keys were missing ended the whole of `verify --bodies --service admin`, which named nobody.
it('a tenant whose keys are missing is named as such', async () => {
  const vault = openVault(memoryKeyPort(), () => new Date(), { onlyFounded: true });
  const event = { tenant: tenantId('a'), stream: tenantId('s'), id: tenantId('e'), commitment: Buffer.alloc(32), keyId: 'config:1', box: Buffer.alloc(60) };
  expect(await checkConfigBodies(vault)(event.tenant, [event, event])).toEqual(['keys-missing', 'keys-missing']);
});
