import { randomUUID } from 'node:crypto';
import { openDatabase, roleName } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { openBox, toKey } from './box';
import { PLACES_PER_SLOT, type KeyPort } from './key-port.contract';
import { openVault } from './open-vault';
import { segmentKeyMigration } from './segment-key.migration';
import { memoryKeyPort } from './testing';
import type { SegmentKey, Vault } from './vault.contract';

const SERVICE = 'erasure-test';
const clock = () => new Date('2026-01-31T12:00:00Z');
const segments = (count: number) => Array.from({ length: count }, () => randomUUID());

describe('erasing segments\' keys', () => {
  let port: KeyPort;
  let db: TestDatabase;
  let vault: Vault;
  let tenant: string;

  beforeAll(async () => {
    db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)]);
  });
  beforeEach(async () => {
    tenant = randomUUID();
    port = memoryKeyPort();
    vault = openVault(port, clock);
    await vault.finishErasures(db.database);
  });
  afterAll(() => db.drop());

  const make = (ids: string[], with_ = vault) => db.database.writer([tenant], (tx) => with_.segmentKeys(tx, tenant, ids));
  const read = (ids: string[], with_ = openVault(port, clock)) => db.database.reader(tenant, (tx) => with_.existingSegmentKeys(tx, tenant, ids));
  const erase = (ids: string[], with_ = vault) => db.database.writer([tenant], (tx) => with_.erase(tx, tenant, ids));
  const rows = <R>(sql: string, values: unknown[] = [tenant]) => db.database.writer([tenant], async (tx) => (await tx.query(sql, values)).rows as R[]);
  const placesOf = (ids: string[]) => rows<{ slot: string; place: number }>('SELECT slot, place FROM segment_key WHERE tenant = $1 AND segment = ANY ($2::uuid[])', [tenant, ids]);
  const standing = async ({ slot, place }: { slot: string; place: number }) => (await port.getSlot(tenant, `slot:${slot}`))?.key(place) !== undefined;

  it('takes them from every process with the commit, whatever it has in its caches', async () => {
    const ids = segments(5);
    const others = [openVault(port, clock), openVault(port, clock)];
    for (const other of others) await make(ids, other);
    expect(await erase([ids[0]!, ids[3]!])).toBe(2);
    for (const one of [vault, ...others]) {
      expect([...(await read(ids, one)).keys()].toSorted()).toEqual([ids[1]!, ids[2]!, ids[4]!].toSorted());
      await expect(make([ids[0]!], one)).rejects.toMatchObject({ kind: 'rejected', slug: 'key-destroyed' });
    }
  });

  it('does nothing where the transaction is rolled back', async () => {
    const ids = segments(3);
    const sealed = (await make(ids)).get(ids[0]!)!.seal('x', Buffer.from('hello'));
    await db.database.writer([tenant], async (tx) => {
      await vault.erase(tx, tenant, ids);
      throw new Error('rolled back');
    }).catch(() => undefined);
    expect(await vault.finishErasures(db.database)).toBe(0);
    expect((await read(ids)).get(ids[0]!)!.open('x', sealed.box).toString()).toBe('hello');
  });

  it('holds for a segment that never had a key: none is made for it later', async () => {
    const [id] = segments(1);
    expect(await erase([id!, id!])).toBe(0);
    await expect(make([id!])).rejects.toMatchObject({ slug: 'key-destroyed' });
    expect(await erase([id!])).toBe(0);
  });

  it('destroys their keys in the key store when it is finished, no neighbour\'s, and finds nothing to do after that', async () => {
    const ids = segments(2_100);
    const made = await make(ids);
    const boxes = ids.map((id) => made.get(id)!.seal('x', Buffer.from(id)).box);
    const gone = ids.filter((_, i) => i % 700 === 0);
    const places = await placesOf(gone);
    await erase(gone);
    expect(await Promise.all(places.map(standing))).toEqual([true, true, true]);
    expect(await vault.finishErasures(db.database)).toBe(3);
    expect(await Promise.all(places.map(standing))).toEqual([false, false, false]);
    expect(await vault.finishErasures(db.database)).toBe(0);
    const left = await read(ids);
    expect(left.size).toBe(ids.length - 3);
    for (const [i, id] of ids.entries()) expect(left.get(id)?.open('x', boxes[i]!).toString()).toBe(gone.includes(id) ? undefined : id);
  });

  it('is finished by another process for all tenants, where the one that erased died after its commit', async () => {
    const first = { tenant, ids: segments(2) };
    await make(first.ids);
    await erase(first.ids);
    tenant = randomUUID();
    const second = { tenant, ids: segments(2) };
    await make(second.ids);
    await erase(second.ids);
    expect(await openVault(port, clock).finishErasures(db.database)).toBe(4);
  });

  it('is finished by the next call where the process died after destroying and before noting it', async () => {
    const ids = segments(3);
    await make(ids);
    const places = await placesOf([ids[1]!]);
    await erase([ids[1]!]);
    await port.destroyPlaces(tenant, `slot:${places[0]!.slot}`, [places[0]!.place]);
    expect(await openVault(port, clock).finishErasures(db.database)).toBe(1);
    expect([...(await read(ids)).keys()].toSorted()).toEqual([ids[0]!, ids[2]!].toSorted());
  });

  it('stays on the list while the key store is away', async () => {
    const ids = segments(1);
    await make(ids);
    const places = await placesOf(ids);
    await erase(ids);
    const away: KeyPort = { ...port, destroyPlaces: () => Promise.reject(new Error('away')) };
    await expect(openVault(away, clock).finishErasures(db.database)).rejects.toThrow('away');
    expect(await vault.finishErasures(db.database)).toBe(1);
    expect(await standing(places[0]!)).toBe(false);
  });

  it('loses no neighbour\'s key and fails nobody, while others make and read keys and sweep', async () => {
    const vaults = Array.from({ length: 3 }, () => openVault(port, clock));
    const kept = new Map<string, Buffer>();
    const gone = new Set<string>();
    const work = vaults.map(async (one, n) => {
      for (let round = 0; round < 15; round += 1) {
        const ids = segments(40);
        const made = await make(ids, one);
        for (const id of ids) kept.set(id, made.get(id)!.seal(id, Buffer.from(id)).box as Buffer);
        const erased = ids.slice(0, 4);
        for (const id of erased) gone.add(id);
        await erase(erased, vaults[(n + 1) % 3]);
        await one.finishErasures(db.database);
        const found = await read(ids, one);
        expect(ids.filter((id) => !found.has(id))).toEqual(erased);
      }
    });
    await Promise.all(work);
    await vault.finishErasures(db.database);
    const found = await read([...kept.keys()]);
    for (const [id, box] of kept) expect(found.get(id)?.open(id, box).toString()).toBe(gone.has(id) ? undefined : id);
  });

  it('shows one tenant nothing of another\'s', async () => {
    const ids = segments(1);
    await make(ids);
    await expect(db.database.writer([randomUUID()], (tx) => vault.erase(tx, tenant, ids))).rejects.toThrow(/row-level security/);
    expect((await read(ids)).size).toBe(1);
  });
});

describe('after an erasure, with every state of the database in hand', () => {
  const tenant = randomUUID();
  const port = memoryKeyPort();
  const ids = segments(30);
  const erased = ids[11]!;
  let db: TestDatabase;
  let admin: Client;
  let wrapped: Map<string, Buffer>;
  let boxes: Map<string, Buffer>;
  let name: string;
  let older: string;

  /** Runs statements as superuser outside this database. */
  async function onServer(...statements: string[]): Promise<void> {
    const server = new Client({ connectionString: process.env.TL_TEST_POSTGRES });
    await server.connect();
    try {
      for (const statement of statements) await server.query(statement);
    } finally {
      await server.end();
    }
  }

  beforeAll(async () => {
    db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)]);
    const vault = openVault(port, clock);
    const made = await db.database.writer([tenant], (tx) => vault.segmentKeys(tx, tenant, ids));
    boxes = new Map(ids.map((id) => [id, made.get(id)!.seal('event', Buffer.from(id)).box as Buffer]));
    const found = await db.database.writer([tenant], (tx) => tx.query<{ segment: string; wrapped: Buffer }>('SELECT segment, wrapped FROM segment_key'));
    wrapped = new Map(found.rows.map((row) => [row.segment, row.wrapped]));
    await db.database.close();
    // An older state: the database's files, copied as they are; where names are looked for does not lie in them.
    [name, older] = [new URL(db.adminUrl).pathname.slice(1), `${new URL(db.adminUrl).pathname.slice(1)}_older`];
    const login = roleName(SERVICE, 'login');
    await onServer(`CREATE DATABASE ${older} TEMPLATE ${name} STRATEGY file_copy`, `ALTER ROLE ${login} IN DATABASE ${older} SET search_path = erasure_test`);
    const database = openDatabase({ url: db.url, service: SERVICE });
    await database.writer([tenant], (tx) => vault.erase(tx, tenant, [erased]));
    await vault.finishErasures(database);
    await database.close();
    admin = new Client({ connectionString: db.adminUrl });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await onServer(`DROP DATABASE ${older} WITH (FORCE)`, `DROP DATABASE ${name} WITH (FORCE)`);
  });

  /** Every key that the key store still gives away. */
  async function keysLeft(): Promise<Buffer[]> {
    const keys: (Buffer | undefined)[] = [];
    for (const kind of ['epoch', 'raw', 'config', 'hash'] as const) {
      for (const id of await port.list(tenant, kind)) keys.push(await port.get(tenant, id));
    }
    for (const id of await port.list(tenant, 'slot')) {
      const slot = await port.getSlot(tenant, id);
      for (let place = 0; place < PLACES_PER_SLOT; place += 1) keys.push(slot!.key(place));
    }
    return keys.filter((key) => key !== undefined);
  }

  const found = async (sql: string, bytes: Buffer) => (await admin.query<{ found: boolean }>(sql, [bytes])).rows[0]!.found;
  const opens = (key: Buffer, segment: string) => {
    try {
      return openBox(toKey(key), `${tenant}|segment:${segment}`, wrapped.get(segment)!);
    } catch {
      return undefined;
    }
  };

  it('the erased key, wrapped, is still found in the write-ahead log and in the database\'s own file', async () => {
    const log = `SELECT coalesce(bool_or(position($1 IN pg_read_binary_file('pg_wal/' || name)) > 0), false) AS found FROM pg_ls_waldir()`;
    expect(await found(log, wrapped.get(erased)!)).toBe(true);
    const file = `SELECT position($1 IN pg_read_binary_file(pg_relation_filepath('erasure_test.segment_key'))) > 0 AS found`;
    await admin.query('CHECKPOINT');
    expect(await found(file, wrapped.get(erased)!)).toBe(true);
  });

  it('no key that is left unwraps it, and each neighbour\'s is unwrapped by exactly one', async () => {
    const keys = await keysLeft();
    expect(keys.length).toBe(PLACES_PER_SLOT - 1);
    for (const id of ids) expect(keys.map((key) => opens(key, id)).filter((key) => key !== undefined)).toHaveLength(id === erased ? 0 : 1);
  });

  it('the older copy, brought up beside the newest key store, opens all but the erased one', async () => {
    const url = new URL(db.url);
    url.pathname = `/${older}`;
    const restored = openDatabase({ url: url.href, service: SERVICE });
    const keys: Map<string, SegmentKey> = await restored.reader(tenant, (tx) => openVault(port, clock).existingSegmentKeys(tx, tenant, ids));
    for (const id of ids) expect(keys.get(id)?.open('event', boxes.get(id)!).toString()).toBe(id === erased ? undefined : id);
    await expect(restored.writer([tenant], (tx) => openVault(port, clock).segmentKeys(tx, tenant, [erased]))).rejects.toMatchObject({ slug: 'key-destroyed' });
    await restored.close();
  });
});
