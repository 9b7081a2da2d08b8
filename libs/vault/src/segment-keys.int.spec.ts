import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openVault } from './open-vault';
import { segmentKeyMigration } from './segment-key.migration';
import { memoryKeyPort } from './testing';
import type { Vault } from './vault.contract';

const SERVICE = 'vault-test';
const clock = () => new Date('2026-01-31T12:00:00Z');
const segments = (count: number) => Array.from({ length: count }, () => randomUUID());

describe('segment keys', () => {
  const port = memoryKeyPort();
  let db: TestDatabase;
  let vault: Vault;
  let tenant: string;

  beforeAll(async () => {
    db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)]);
  });
  beforeEach(() => {
    tenant = randomUUID();
    vault = openVault(port, clock);
  });
  afterAll(() => db.drop());

  const make = (ids: string[], with_ = vault) => db.database.writer([tenant], (tx) => with_.segmentKeys(tx, tenant, ids));
  const read = (ids: string[], with_ = vault) => db.database.reader(tenant, (tx) => with_.existingSegmentKeys(tx, tenant, ids));
  const rows = <R>(sql: string, values: unknown[] = [tenant]) =>
    db.database.writer([tenant], async (tx) => (await tx.query(sql, values)).rows as R[]);

  it('are made where they are missing and open in another process what they sealed', async () => {
    const ids = segments(3);
    const made = await make(ids);
    expect([...made.keys()].toSorted()).toEqual(ids.toSorted());
    const sealed = made.get(ids[0]!)!.seal('event', Buffer.from('hello'));
    expect(sealed.keyId).toBe(`segment:${ids[0]}`);
    const other = await read(ids, openVault(port, clock));
    expect(other.get(ids[0]!)!.open('event', sealed.box).toString()).toBe('hello');
    expect(() => other.get(ids[1]!)!.open('event', sealed.box)).toThrow(expect.objectContaining({ slug: 'unopenable' }));
    expect(() => other.get(ids[0]!)!.open('other event', sealed.box)).toThrow(expect.objectContaining({ slug: 'unopenable' }));
  });

  it('are left out of the answer for reading where none was made', async () => {
    const [known, unknown] = segments(2);
    await make([known!]);
    expect([...(await read([known!, unknown!])).keys()]).toEqual([known]);
    expect(await read([])).toEqual(new Map());
  });

  it('are the same for transactions that make them at the same time, in opposite orders', async () => {
    const ids = segments(200);
    const vaults = Array.from({ length: 6 }, () => openVault(port, clock));
    const answers = await Promise.all(vaults.map((one, i) => make(i % 2 ? ids : ids.toReversed(), one)));
    const boxes = ids.map((id) => answers[0]!.get(id)!.seal('x', Buffer.from(id)).box);
    for (const answer of answers) {
      expect(ids.map((id, i) => answer.get(id)!.open('x', boxes[i]!).toString())).toEqual(ids);
    }
    expect(await rows('SELECT segment FROM segment_key WHERE tenant = $1')).toHaveLength(200);
  });

  it('are forgotten when the transaction that made them is rolled back', async () => {
    const [id] = segments(1);
    const lost = await db.database
      .writer([tenant], async (tx) => {
        const keys = await vault.segmentKeys(tx, tenant, [id!]);
        throw Object.assign(new Error('rolled back'), { box: keys.get(id!)!.seal('x', Buffer.from('hello')).box });
      })
      .catch((error: Error & { box: Buffer }) => error.box);
    expect((await read([id!])).size).toBe(0);
    const again = (await make([id!])).get(id!)!;
    expect(() => again.open('x', lost as Buffer)).toThrow(expect.objectContaining({ slug: 'unopenable' }));
    const sealed = again.seal('x', Buffer.from('hello')).box;
    expect((await read([id!], openVault(port, clock))).get(id!)!.open('x', sealed).toString()).toBe('hello');
  });

  const slotCounts = () => rows<{ count: number }>('SELECT count(*)::int FROM segment_key WHERE tenant = $1 GROUP BY slot ORDER BY 1 DESC').then((found) => found.map(({ count }) => count));

  it('fill slots of 1,024', async () => {
    await make(segments(1_200));
    await make(segments(1_300));
    expect(await slotCounts()).toEqual([1_024, 1_024, 452]);
    expect(await port.list(tenant, 'slot')).toHaveLength(3);
  });

  it('fill the slot another process has begun', async () => {
    await make(segments(10));
    await make(segments(10), openVault(port, clock));
    expect(await slotCounts()).toEqual([20]);
  });

  it('have a place each, however many transactions and processes make them at the same time', async () => {
    const vaults = Array.from({ length: 4 }, () => openVault(port, clock));
    for (let round = 0; round < 6; round += 1) await Promise.all(vaults.map((one, i) => make(segments(70 * (i + 1)), one)));
    const places = await rows<{ slot: string; place: number }>('SELECT slot, place FROM segment_key WHERE tenant = $1');
    expect(places).toHaveLength(6 * 700);
    expect(new Set(places.map(({ slot, place }) => `${slot} ${place}`)).size).toBe(places.length);
    // As many slots as transactions at a time, and what is full.
    expect((await slotCounts()).length).toBeLessThanOrEqual(4 + 4);
  });

  it('give back the places of a transaction that is rolled back', async () => {
    await make(segments(3));
    await db.database.writer([tenant], async (tx) => {
      await vault.segmentKeys(tx, tenant, segments(50));
      throw new Error('rolled back');
    }).catch(() => undefined);
    await make(segments(3));
    expect(await rows('SELECT place FROM segment_key WHERE tenant = $1 ORDER BY place')).toEqual([0, 1, 2, 3, 4, 5].map((place) => ({ place })));
  });

  it('pass over places whose keys are gone, as an older backup names them', async () => {
    await make(segments(2));
    const [{ slot }] = (await rows<{ slot: string }>('SELECT slot FROM segment_slot WHERE tenant = $1')) as [{ slot: string }];
    await port.destroyPlaces(tenant, `slot:${slot}`, [2, 3, 5]);
    const later = openVault(port, clock);
    await make(segments(3), later);
    expect(await rows('SELECT place FROM segment_key WHERE tenant = $1 ORDER BY place')).toEqual([0, 1, 4, 6, 7].map((place) => ({ place })));
    await port.destroy(tenant, `slot:${slot}`);
    const [id] = segments(1);
    const fresh = openVault(port, clock);
    await make([id!], fresh);
    expect((await read([id!], openVault(port, clock))).size).toBe(1);
  });

  it('of one tenant are hidden from another, and without a tenant from everybody', async () => {
    const ids = segments(2);
    await make(ids);
    const stranger = randomUUID();
    const seen = await db.database.reader(stranger, (tx) => vault.existingSegmentKeys(tx, tenant, ids));
    expect(seen.size).toBe(0);
    const none = await db.database.writer([], (tx) => tx.query('SELECT * FROM segment_key'));
    expect(none.rowCount).toBe(0);
    await expect(db.database.writer([stranger], (tx) => vault.segmentKeys(tx, tenant, segments(1)))).rejects.toThrow(/row-level security/);
  });

  it('are read by the relay for every tenant', async () => {
    const ids = segments(2);
    const made = await make(ids);
    const sealed = made.get(ids[0]!)!.seal('x', Buffer.from('hello'));
    const keys = await db.database.relay((tx) => openVault(port, clock).existingSegmentKeys(tx, tenant, ids));
    expect(keys.get(ids[0]!)!.open('x', sealed.box).toString()).toBe('hello');
  });

  it('do not open when a row is moved to another segment', async () => {
    const [mine, foreign] = segments(2);
    await make([mine!, foreign!]);
    await rows('UPDATE segment_key SET (slot, place, wrapped) = (SELECT slot, place, wrapped FROM segment_key WHERE tenant = $1 AND segment = $3) WHERE tenant = $1 AND segment = $2', [tenant, mine, foreign]);
    await expect(read([mine!])).rejects.toMatchObject({ slug: 'unopenable' });
  });

  it('show no byte of a key when they are printed', async () => {
    const made = [...(await make(segments(3))).values()];
    const shown = inspect([vault, made], { depth: 20, showHidden: true }) + JSON.stringify(made);
    expect(shown).not.toMatch(/Buffer\(|<Buffer|Uint8Array/);
    expect(JSON.stringify(made)).toBe(JSON.stringify(made.map(({ keyId }) => ({ keyId }))));
  });

  it('are gone with their slot: not read, and not made again under the same segment', async () => {
    const [id] = segments(1);
    await make([id!]);
    for (const slot of await port.list(tenant, 'slot')) await port.destroy(tenant, slot);
    const later = openVault(port, clock);
    expect((await read([id!], later)).size).toBe(0);
    await expect(make([id!], later)).rejects.toMatchObject({ kind: 'rejected', slug: 'key-destroyed' });
  });
});
