// A damaged place of one slot was "the key store cannot be used": the bus waited for it to come back, and with one customer's key everybody's messages stood still.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPassing } from '@throughline/contracts';
import { testDatabase } from '@throughline/postgres/testing';
import { openFileKeyStore } from './file-key-port';
import { PLACES_PER_SLOT, type SlotKeys } from './key-port.contract';
import { RECORD_BYTES } from './key-record';
import { openVault } from './open-vault';
import { segmentKeyMigration } from './segment-key.migration';

const SLOT = 'slot:7f6d5c4b-3a29-4817-8605-f4e3d2c1b0a9';
const SERVICE = 'vault-test';
const WHOLE = PLACES_PER_SLOT * RECORD_BYTES;

describe('a slot whose file is damaged', () => {
  const tenant = randomUUID();
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'throughline-keys-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** The one slot's file. */
  async function change(damage: (bytes: Buffer) => Buffer): Promise<void> {
    const [name] = await readdir(join(folder, tenant, 'slot'));
    const path = join(folder, tenant, 'slot', name!);
    await writeFile(path, damage(await readFile(path)));
  }

  async function slotWith(damage: (bytes: Buffer) => Buffer): Promise<SlotKeys> {
    const port = openFileKeyStore(folder);
    await port.makeSlot(tenant, SLOT);
    await change(damage);
    return (await port.getSlot(tenant, SLOT))!;
  }

  const faultAt = (slot: SlotKeys, place: number): unknown => {
    try {
      return slot.key(place)?.length;
    } catch (error) {
      return isPassing(error) ? 'waits for ever' : 'concerns its key alone';
    }
  };

  it.each([
    ['holds another byte', (bytes: Buffer) => bytes.fill(bytes[9 * RECORD_BYTES]! ^ 1, 9 * RECORD_BYTES, 9 * RECORD_BYTES + 1)],
    ['was cut off', (bytes: Buffer) => bytes.subarray(0, 9 * RECORD_BYTES + 40)],
    ['has something behind a place that was overwritten', (bytes: Buffer) => Buffer.concat([bytes.fill(7, 9 * RECORD_BYTES, 10 * RECORD_BYTES), Buffer.alloc(WHOLE)])],
  ])('costs the damaged places alone where it %s', async (_, damage) => {
    const slot = await slotWith(damage);
    expect([faultAt(slot, 8), faultAt(slot, 9)]).toEqual([32, 'concerns its key alone']);
  });

  it('gives new segments other places', async () => {
    const db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)]);
    const make = () => {
      const vault = openVault(openFileKeyStore(folder), () => new Date());
      return db.database.writer([tenant], (tx) => vault.segmentKeys(tx, tenant, [randomUUID()]));
    };
    try {
      await make();
      await change((bytes) => bytes.fill(7, RECORD_BYTES));
      expect(await make()).toHaveProperty('size', 1);
    } finally {
      await db.drop();
    }
  });
});
