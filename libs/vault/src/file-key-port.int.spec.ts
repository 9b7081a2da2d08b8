import { randomUUID } from 'node:crypto';
import { link, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileKeyStore } from './file-key-port';
import { RECORD_BYTES } from './key-record';
import { DamagedKey, PLACES_PER_SLOT, type KeyPort } from './key-port.contract';
import { keyPortContract } from './testing';
import { outputOf, startProcess } from './testing/other-process';

const newFolder = () => mkdtemp(join(tmpdir(), 'tl-keys-'));
const removed = (folder: string) => rm(folder, { recursive: true, force: true });
const SLOT = 'slot:7f6d5c4b-3a29-4817-8605-f4e3d2c1b0a9';
const unusable = { kind: 'unavailable', slug: 'key-store-unavailable' };

keyPortContract('files', async () => {
  const folder = await newFolder();
  return { first: openFileKeyStore(folder), second: openFileKeyStore(folder), close: () => removed(folder) };
});

describe('keys in files', () => {
  const tenant = randomUUID();
  let folder: string;
  let port: KeyPort;

  beforeEach(async () => {
    folder = join(await newFolder(), 'made', 'by-the-port');
    port = openFileKeyStore(folder);
  });
  afterEach(() => removed(join(folder, '..', '..')));

  const file = (id: string) => join(folder, tenant, ...`${id}.key`.split(':'));
  const flip = async (path: string, at: number) => {
    const bytes = await readFile(path);
    bytes[at]! ^= 1;
    await writeFile(path, bytes);
  };

  it('lie in files for the owner only, in folders for the owner only', async () => {
    await port.getOrMake(tenant, 'epoch:2026-01-31');
    const modes = [folder, join(folder, tenant), join(folder, tenant, 'epoch'), file('epoch:2026-01-31')];
    const found = await Promise.all(modes.map(async (path) => (await stat(path)).mode & 0o777));
    expect(found).toEqual([0o700, 0o700, 0o700, 0o600]);
  });

  it('leave no temporary file behind', async () => {
    await Promise.all(Array.from({ length: 16 }, () => port.getOrMake(tenant, 'hash:1')));
    expect(await readdir(join(folder, tenant, 'hash'))).toEqual(['1.key']);
  });

  it('are not disturbed by what a process left that was killed before it linked its key', async () => {
    const key = await port.getOrMake(tenant, 'raw:2026-01');
    await writeFile(`${file('raw:2026-01')}.${randomUUID()}.tmp`, 'half a ke');
    await writeFile(`${file('raw:2026-02')}.${randomUUID()}.tmp`, 'half a ke');
    expect(await port.get(tenant, 'raw:2026-01')).toEqual(key);
    expect(await port.list(tenant, 'raw')).toEqual(['raw:2026-01']);
    expect(await port.getOrMake(tenant, 'raw:2026-02')).toHaveLength(32);
  });

  it('are gone under every name when destroyed, the one a killed maker left among them', async () => {
    const key = await port.getOrMake(tenant, 'raw:2026-01');
    const second = `${file('raw:2026-01')}.${randomUUID()}.tmp`;
    await link(file('raw:2026-01'), second);
    expect((await readFile(second)).includes(key)).toBe(true);
    await port.destroy(tenant, 'raw:2026-01');
    expect(await readFile(second)).toEqual(Buffer.alloc(RECORD_BYTES));
  });

  it('are overwritten where they lie when one of a slot is destroyed', async () => {
    const gone = (await port.makeSlot(tenant, SLOT)).key(7)!;
    const before = await stat(file(SLOT));
    expect((await readFile(file(SLOT))).includes(gone)).toBe(true);
    await port.destroyPlaces(tenant, SLOT, [7]);
    expect((await readFile(file(SLOT))).includes(gone)).toBe(false);
    expect(await stat(file(SLOT))).toMatchObject({ ino: before.ino, size: before.size });
  });

  it.each([
    ['holds something else', (path: string) => writeFile(path, 'damaged')],
    ['is empty', (path: string) => writeFile(path, '')],
    ['was cut off', (path: string) => truncate(path, 40)],
    ['has another bit', (path: string) => flip(path, 5)],
  ])('are never replaced where the file %s: the store says that it cannot be used', async (_, damage) => {
    await port.getOrMake(tenant, 'hash:1');
    await damage(file('hash:1'));
    const damaged = await readFile(file('hash:1'));
    await expect(port.get(tenant, 'hash:1')).rejects.toMatchObject(unusable);
    await expect(port.getOrMake(tenant, 'hash:1')).rejects.toMatchObject(unusable);
    expect(await readFile(file('hash:1'))).toEqual(damaged);
  });

  it('of a slot are lost one by one where bits of the file are', async () => {
    await port.makeSlot(tenant, SLOT);
    await flip(file(SLOT), 9 * RECORD_BYTES + 3);
    const slot = (await port.getSlot(tenant, SLOT))!;
    expect(() => slot.key(9)).toThrow(DamagedKey);
    expect([slot.key(8), slot.key(10)].map((key) => key?.length)).toEqual([32, 32]);
  });

  it('do not do at another place, in another file or for another tenant', async () => {
    await port.makeSlot(tenant, SLOT);
    await port.getOrMake(tenant, 'raw:2026-01');
    await port.getOrMake(tenant, 'raw:2026-02');
    const bytes = await readFile(file(SLOT));
    bytes.copyWithin(0, RECORD_BYTES, 2 * RECORD_BYTES);
    await writeFile(file(SLOT), bytes);
    await writeFile(file('raw:2026-02'), await readFile(file('raw:2026-01')));
    await expect(port.getSlot(tenant, SLOT).then((slot) => slot!.key(0))).rejects.toThrow(DamagedKey);
    await expect(port.get(tenant, 'raw:2026-02')).rejects.toMatchObject(unusable);
  });

  it('cannot be used where the folder is a file', async () => {
    await port.getOrMake(tenant, 'hash:1');
    await expect(openFileKeyStore(file('hash:1')).getOrMake(tenant, 'hash:1')).rejects.toMatchObject(unusable);
  });
});

describe('keys in files, in several processes', () => {
  const tenant = randomUUID();
  const names = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
  let folder: string;

  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => removed(folder));

  it('are the same for all who make them at the same time', async () => {
    const ids = names(20, 'raw:x.');
    const code = `console.log(JSON.stringify(await Promise.all(args.map(async (id) => (await port.getOrMake('${tenant}', id)).toString('hex')))));`;
    const answers = await Promise.all([1, 2, 3].map(() => outputOf(startProcess(code, folder, ids))));
    const port = openFileKeyStore(folder);
    const keys = await Promise.all(ids.map(async (id) => (await port.get(tenant, id))!.toString('hex')));
    expect(answers.map((answer) => JSON.parse(answer) as string[])).toEqual([keys, keys, keys]);
  });

  it('of a slot are destroyed one by one by all of them at once', async () => {
    const port = openFileKeyStore(folder);
    const before = await port.makeSlot(tenant, SLOT);
    const code = `for (const place of args) await port.destroyPlaces('${tenant}', '${SLOT}', [Number(place)]);`;
    const all = Array.from({ length: PLACES_PER_SLOT }, (_, place) => place);
    const share = (n: number) => all.filter((place) => place % 2 === 0 && (place / 2) % 3 === n).map(String);
    await Promise.all([0, 1, 2].map((n) => outputOf(startProcess(code, folder, share(n)))));
    const after = (await port.getSlot(tenant, SLOT))!;
    for (const place of all) expect(after.key(place)).toEqual(place % 2 === 0 ? undefined : before.key(place));
  });

  it('are whole or not there after any number of kills in the middle of making and destroying', async () => {
    const kept = openFileKeyStore(folder);
    const standing = await kept.getOrMake(tenant, 'hash:1');
    const places = await kept.makeSlot(tenant, SLOT);
    const code = `
      for (let i = 0; ; i++) {
        process.stdout.write('.');
        const id = 'raw:' + process.pid + '.' + i;
        await Promise.all([port.getOrMake('${tenant}', id), port.makeSlot('${tenant}', 'slot:' + process.pid + '.' + i), port.destroyPlaces('${tenant}', '${SLOT}', [2 * (i % 512)])]);
        if (i % 2) await Promise.all([port.destroy('${tenant}', id), port.destroy('${tenant}', 'slot:' + process.pid + '.' + i)]);
      }`;
    for (let round = 0; round < 8; round += 1) await killedAfter(startProcess(code, folder), 1 + 2 * round);
    const port = openFileKeyStore(folder);
    expect(await port.get(tenant, 'hash:1')).toEqual(standing);
    const slot = (await port.getSlot(tenant, SLOT))!;
    for (let place = 1; place < PLACES_PER_SLOT; place += 2) expect(slot.key(place)).toEqual(places.key(place));
    for (const id of await port.list(tenant, 'raw')) expect(await keyOrGone(port, id)).toBe(true);
    for (const id of await port.list(tenant, 'slot')) expect([undefined, 32]).toContain((await port.getSlot(tenant, id))!.key(0)?.length);
  });

  /** A key, or one whose destruction was cut off: it is on the list still, and destroying it again ends it. */
  async function keyOrGone(port: KeyPort, id: string): Promise<boolean> {
    const key = await port.get(tenant, id);
    if (!key) await port.destroy(tenant, id);
    return key ? key.length === 32 : !(await port.list(tenant, 'raw')).includes(id);
  }
});

/** Kills it without warning when it has begun so many turns. */
async function killedAfter(child: ReturnType<typeof startProcess>, turns: number): Promise<void> {
  let begun = 0;
  child.stdout!.on('data', (dots: Buffer) => (begun += dots.length) >= turns && child.kill('SIGKILL'));
  await new Promise((resolve) => child.once('exit', resolve));
}

describe('keys on a full disk', () => {
  const tenant = randomUUID();

  it('are refused whole, what stands stays, and making goes on when there is room', async () => {
    const folder = await newFolder();
    const code = `
      const { writeFileSync, rmSync, readdirSync } = require('node:fs');
      const tenant = '${tenant}', said = async (work) => work().then((key) => key.length ?? 'slot', (error) => error.slug);
      const first = await port.getOrMake(tenant, 'hash:1');
      try { for (let i = 0; ; i++) writeFileSync(folder + '/filler' + i, Buffer.alloc(4096)); } catch {}
      const full = [await said(() => port.getOrMake(tenant, 'hash:2')), await said(() => port.makeSlot(tenant, '${SLOT}'))];
      const kept = first.equals(await port.get(tenant, 'hash:1'));
      const left = readdirSync(folder + '/' + tenant + '/hash');
      for (const name of readdirSync(folder)) if (name.startsWith('filler')) rmSync(folder + '/' + name);
      console.log(JSON.stringify({ full, kept, left, after: [await said(() => port.getOrMake(tenant, 'hash:2')), await said(() => port.makeSlot(tenant, '${SLOT}'))] }));`;
    const output = await outputOf(startProcess(code, folder, [], onSmallDisk(folder)));
    expect(JSON.parse(output)).toEqual({
      full: ['key-store-unavailable', 'key-store-unavailable'],
      kept: true,
      left: ['1.key'],
      after: [32, 'slot'],
    });
    await removed(folder);
  });
});

/** Runs a program that sees a disk of 256 KiB in this folder: a file system of its own in a name space of its own (Linux). */
const onSmallDisk = (folder: string) => ['unshare', '-Urm', 'sh', '-c', `mount -t tmpfs -o size=256k tmpfs ${folder} && exec "$@"`, 'sh'];
