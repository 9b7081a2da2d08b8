import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import type { KeyPort } from './key-port.contract';
import { openVault } from './open-vault';
import { segmentKeyMigration } from './segment-key.migration';
import { memoryKeyPort } from './testing';
import type { Vault } from './vault.contract';

const SERVICE = 'rotation-test';
const clock = () => new Date('2026-01-31T12:00:00Z');
const segments = (count: number) => Array.from({ length: count }, () => randomUUID());
const LATER = new Date('2100-01-01T00:00:00Z');

describe('rotating slots', () => {
  let port: KeyPort;
  let db: TestDatabase;
  let vault: Vault;
  let tenant: string;

  beforeAll(async () => {
    db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)]);
  });
  beforeEach(() => {
    tenant = randomUUID();
    port = memoryKeyPort();
    vault = openVault(port, clock);
  });
  afterAll(() => db.drop());

  const make = (ids: string[], with_ = vault) => db.database.writer([tenant], (tx) => with_.segmentKeys(tx, tenant, ids));
  const read = (ids: string[], with_ = openVault(port, clock)) => db.database.reader(tenant, (tx) => with_.existingSegmentKeys(tx, tenant, ids));
  const rows = <R>(sql: string, values: unknown[] = [tenant]) => db.database.writer([tenant], async (tx) => (await tx.query(sql, values)).rows as R[]);
  const slotsUsed = async () => (await rows<{ slot: string }>('SELECT DISTINCT slot FROM segment_key WHERE tenant = $1')).map(({ slot }) => slot);
  /** The time of the database, which is the one slots are stamped with. */
  const now = async () => (await rows<{ at: Date }>('SELECT clock_timestamp() AS at', []))[0]!.at;
  const sealAll = async (ids: string[]) => {
    const keys = await make(ids);
    return new Map(ids.map((id) => [id, keys.get(id)!.seal(id, Buffer.from(id)).box as Buffer]));
  };
  const expectOpen = async (boxes: Map<string, Buffer>, with_?: Vault) => {
    const keys = await read([...boxes.keys()], with_);
    for (const [id, box] of boxes) expect(keys.get(id)?.open(id, box).toString()).toBe(id);
  };

  it('puts every key to a place of a newer slot, where it opens what it sealed', async () => {
    const boxes = await sealAll(segments(1_500));
    const before = await slotsUsed();
    expect(await vault.rotateSlots(db.database, tenant, await now())).toBe(1_500);
    const after = await slotsUsed();
    expect(after.filter((slot) => before.includes(slot))).toEqual([]);
    await expectOpen(boxes);
    await expectOpen(boxes, vault);
  });

  it('does nothing more when it is called again with the same time, and goes on where a call was cut off', async () => {
    const boxes = await sealAll(segments(1_200));
    const at = await now();
    let left = 1;
    const cutOff: KeyPort = { ...port, makeSlot: (...key) => (left-- > 0 ? port.makeSlot(...key) : Promise.reject(new Error('cut off'))) };
    await expect(openVault(cutOff, clock).rotateSlots(db.database, tenant, at)).rejects.toThrow('cut off');
    await expectOpen(boxes);
    expect(await vault.rotateSlots(db.database, tenant, at)).toBe(200);
    expect(await vault.rotateSlots(db.database, tenant, at)).toBe(0);
    await expectOpen(boxes);
  });

  it('keeps the old slots, for backups, until they are destroyed; then only those that are empty and retired before', async () => {
    const boxes = await sealAll(segments(20));
    const [old] = await slotsUsed();
    const at = await now();
    expect(await vault.destroyRetiredSlots(db.database, tenant, LATER)).toBe(0);
    await vault.rotateSlots(db.database, tenant, at);
    expect(await port.getSlot(tenant, `slot:${old}`)).toBeDefined();
    expect(await vault.destroyRetiredSlots(db.database, tenant, at)).toBe(0);
    expect(await vault.destroyRetiredSlots(db.database, tenant, LATER)).toBe(1);
    expect(await port.getSlot(tenant, `slot:${old}`)).toBeUndefined();
    expect(await rows('SELECT FROM left_place WHERE tenant = $1')).toHaveLength(0);
    await expectOpen(boxes);
  });

  it('is followed by erasure: what was moved is destroyed at its old places as well', async () => {
    const ids = segments(3);
    await make(ids);
    const was = await rows<{ slot: string; place: number }>('SELECT slot, place FROM segment_key WHERE tenant = $1 AND segment = $2', [tenant, ids[1]]);
    await vault.rotateSlots(db.database, tenant, await now());
    await db.database.writer([tenant], (tx) => vault.erase(tx, tenant, [ids[1]!]));
    expect(await vault.finishErasures(db.database)).toBe(2);
    const old = (await port.getSlot(tenant, `slot:${was[0]!.slot}`))!;
    expect(old.key(was[0]!.place)).toBeUndefined();
    expect([0, 1, 2].filter((place) => old.key(place))).toHaveLength(2);
  });

  it('fails nobody who makes, reads or erases keys meanwhile, and loses none', async () => {
    const boxes = await sealAll(segments(900));
    const gone = new Set<string>();
    let rotating = true;
    const writer = async (one: Vault) => {
      while (rotating) {
        const ids = segments(25);
        const made = await make(ids, one);
        for (const id of ids) boxes.set(id, made.get(id)!.seal(id, Buffer.from(id)).box as Buffer);
        await db.database.writer([tenant], (tx) => one.erase(tx, tenant, ids.slice(0, 2)));
        for (const id of ids.slice(0, 2)) gone.add(id);
        const found = await read([...ids, ...[...boxes.keys()].slice(0, 50)], one);
        expect(ids.filter((id) => !found.has(id))).toEqual(ids.slice(0, 2));
      }
    };
    const others = [openVault(port, clock), openVault(port, clock)].map(writer);
    for (let round = 0; round < 4; round += 1) await vault.rotateSlots(db.database, tenant, await now());
    rotating = false;
    await Promise.all(others);
    await vault.finishErasures(db.database);
    await vault.destroyRetiredSlots(db.database, tenant, LATER);
    for (const id of gone) boxes.delete(id);
    await expectOpen(boxes);
    expect((await read([...gone])).size).toBe(0);
  });
});
