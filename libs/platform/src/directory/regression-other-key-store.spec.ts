// A key store that is not mounted looks like an empty one: first keys were made in it for tenants that have had theirs for long, customers were not
// found any more, and doors refused for good (422) what a gateway would have sent again after a 503.
import { create, toBinary } from '@bufbuild/protobuf';
import { ConfigRecordSchema, tenantId } from '@throughline/contracts';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { ConfigDirectory } from './config-directory';

const tenant = tenantId('moved');
const clock = () => new Date('2026-01-31T12:00:00Z');
const open = (port = memoryKeyPort()) => openVault(port, clock, { onlyFounded: true });

it('an account whose key store is not the one it was sealed with is not there now, and no keys are made for its tenant', async () => {
  const vault = open();
  await vault.found(tenant);
  const { keyId: secretsKeyId, box: secrets } = (await vault.forTenant(tenant)).seal('config', 'acc_1', Buffer.from('{}'));
  const value = { id: 'acc_1', tenant, provider: 'generic', secretsKeyId, secrets };
  const record = toBinary(ConfigRecordSchema, create(ConfigRecordSchema, { version: 1n, value: { case: 'channelAccount', value } }));
  const empty = memoryKeyPort();
  const directory = new ConfigDirectory(open(empty));
  directory.take([{ value: Buffer.from(record) }]);
  await expect(directory.account('acc_1')).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining('KEY_STORE') });
  expect(await empty.tenants()).toEqual([]);
});

it('a tenant that was founded while this process had looked for its keys in vain has them at once', async () => {
  const port = memoryKeyPort();
  const [admin, other] = [open(port), open(port)];
  await expect(other.forTenant(tenant)).rejects.toMatchObject({ slug: 'tenant-keys-missing' });
  await admin.found(tenant);
  await admin.found(tenant);
  const hashes = await Promise.all([admin, other].map(async (vault) => (await vault.forTenant(tenant)).hash('identity', 'x').toString('hex')));
  expect(hashes[0]).toBe(hashes[1]);
});
