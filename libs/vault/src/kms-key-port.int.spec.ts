import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { openFileKeyStore } from './file-key-port';
import { openKmsKeyStore, type KmsKeyStore } from './kms-key-port';
import { keyPortContract } from './testing';

const endpoint = process.env.TL_TEST_AWS;
const region = 'us-east-1';
const SLOT = 'slot:7f6d5c4b-3a29-4817-8605-f4e3d2c1b0a9';
const unusable = { kind: 'unavailable', slug: 'key-store-unavailable' };
const newFolder = () => mkdtemp(join(tmpdir(), 'tl-kms-'));
const removed = (folder: string) => rm(folder, { recursive: true, force: true });

// The SDK takes its credentials from the environment; the test server takes any.
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

async function newMasterKey(): Promise<string> {
  const client = new KMSClient({ region, endpoint });
  const { KeyMetadata } = await client.send(new CreateKeyCommand({})).finally(() => client.destroy());
  return KeyMetadata!.KeyId!;
}

const known = endpoint ? describe : describe.skip;
if (!endpoint) process.stderr.write('skipped: keys that AWS KMS protects need a KMS server (TL_TEST_AWS), and moto needs python3 with venv and pip\n');

known('with a KMS', () => {
  keyPortContract('files that a master key in AWS KMS protects', async () => {
    const [folder, keyId] = [await newFolder(), await newMasterKey()];
    const open = () => openKmsKeyStore(folder, { keyId, region, endpoint });
    return { first: open(), second: open(), close: () => removed(folder) };
  });

  describe('keys that a master key protects', () => {
    let folder: string;
    let keyId: string;
    let port: KmsKeyStore;
    let tenant: string;

    beforeAll(async () => {
      keyId = await newMasterKey();
    });
    beforeEach(async () => {
      [folder, tenant] = [await newFolder(), randomUUID()];
      port = openKmsKeyStore(folder, { keyId, region, endpoint });
    });
    afterEach(() => removed(folder));

    const another = (more = {}) => openKmsKeyStore(folder, { keyId, region, endpoint, ...more });
    const file = (id: string) => join(folder, tenant, ...`${id}.key`.split(':'));

    it('stand nowhere in the folder as they are', async () => {
      const [alone, slot] = [await port.getOrMake(tenant, 'hash:1'), await port.makeSlot(tenant, SLOT)];
      const bytes = await allBytes(folder);
      for (const key of [alone, slot.key(0)!, slot.key(1023)!]) expect(bytes.includes(key)).toBe(false);
      await expect(openFileKeyStore(folder).get(tenant, 'hash:1')).rejects.toMatchObject(unusable);
    });

    it('are bound to tenant and id: files put in another\'s place do not open', async () => {
      await port.getOrMake(tenant, 'hash:1');
      await port.getOrMake(tenant, 'hash:2');
      for (const end of ['', '.kms']) await cp(file('hash:1') + end, file('hash:2') + end);
      await expect(another().get(tenant, 'hash:2')).rejects.toMatchObject(unusable);
    });

    it('are gone when destroyed, though KMS would still open every data key', async () => {
      await port.getOrMake(tenant, 'raw:2026-01');
      const sealed = await readFile(`${file('raw:2026-01')}.kms`);
      await port.destroy(tenant, 'raw:2026-01');
      expect(await readdir(join(folder, tenant, 'raw'))).toEqual([]);
      // Even the data key alone, had somebody kept it, has no box to open.
      await writeFile(`${file('raw:2026-01')}.kms`, sealed);
      expect(await another().get(tenant, 'raw:2026-01')).toBeUndefined();
    });

    it('of a slot are gone one by one', async () => {
      const before = await port.makeSlot(tenant, SLOT);
      await port.destroyPlaces(tenant, SLOT, [5]);
      const after = (await another().getSlot(tenant, SLOT))!;
      expect([4, 5, 6].map((place) => after.key(place))).toEqual([before.key(4), undefined, before.key(6)]);
    });

    it('go on when a maker was killed between the data key and the key', async () => {
      await port.getOrMake(tenant, 'raw:2026-01');
      await rm(file('raw:2026-01'));
      const made = await another().getOrMake(tenant, 'raw:2026-01');
      expect(await another().get(tenant, 'raw:2026-01')).toEqual(made);
    });

    it('move to another master key while they are used, and do without the first one then', async () => {
      const ids = Array.from({ length: 12 }, (_, i) => `raw:x.${i}`);
      const before = await Promise.all(ids.map((id) => port.getOrMake(tenant, id)));
      const slot = await port.makeSlot(tenant, SLOT);
      const second = another({ keyId: await newMasterKey() });
      let moving = true;
      const read = async () => {
        while (moving) for (const [i, id] of ids.entries()) expect(await another().get(tenant, id)).toEqual(before[i]);
      };
      const readers = [read(), read()];
      const sealedBefore = await readFile(`${file(ids[0]!)}.kms`);
      expect(await second.moveToMasterKey(tenant)).toBe(ids.length + 1);
      moving = false;
      await Promise.all(readers);
      expect(await readFile(`${file(ids[0]!)}.kms`)).not.toEqual(sealedBefore);
      expect((await another().getSlot(tenant, SLOT))!.key(3)).toEqual(slot.key(3));
    });

    it('are not used where KMS does not know the master key', async () => {
      await expect(another({ keyId: randomUUID() }).getOrMake(tenant, 'hash:1')).rejects.toMatchObject(unusable);
    });

    it('are not used where KMS refuses: the master key is disabled', async () => {
      await port.getOrMake(tenant, 'hash:1');
      const refusing = createServer((_, answer) => answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end('{"__type":"DisabledException"}'));
      await once(refusing.listen(0, '127.0.0.1'), 'listening');
      const away = another({ endpoint: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}` });
      await expect(away.get(tenant, 'hash:1')).rejects.toMatchObject(unusable);
      await new Promise((resolve) => refusing.close(resolve).closeAllConnections());
    });
  });
});

async function allBytes(folder: string): Promise<Buffer> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return Buffer.concat(await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name)))));
}
