import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PART_BYTES } from './blob-driver.contract';
import { openFileBlobStore } from './open-blob-store';
import { blobFaultsContract, blobStoreContract, blobStreamsContract, blobUploadsContract, type BlobPlace } from './testing';

const newFolder = () => mkdtemp(join(tmpdir(), 'tl-blobs-'));
const removed = (folder: string) => rm(folder, { recursive: true, force: true });

/** Files that are no blobs. */
async function leftovers(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile() && /^(incoming|uploads)/.test(entry.parentPath.slice(folder.length + 1))).map(({ name }) => name);
}

async function place(): Promise<BlobPlace> {
  const folder = await newFolder();
  return { url: pathToFileURL(folder).href, leftovers: () => leftovers(folder), close: () => removed(folder) };
}

blobStoreContract('files', place);
blobStreamsContract('files', place);
blobUploadsContract('files', place);
blobFaultsContract('files', place);

describe('blobs in files', () => {
  const [tenant, id] = [randomUUID(), randomUUID()];
  let folder: string;

  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => removed(folder));

  it('lie in files for the owner only, with no temporary file left', async () => {
    await openFileBlobStore(join(folder, 'blobs')).put(tenant, id, Buffer.from('x'));
    const home = join(folder, 'blobs', 'log', tenant, id.slice(0, 2));
    expect(await readdir(home)).toEqual([id]);
    expect(await leftovers(join(folder, 'blobs'))).toEqual([]);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await stat(join(home, id))).mode & 0o777).toBe(0o600);
  });

  it('cannot be kept where the folder is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    const store = openFileBlobStore(join(folder, 'file'));
    await expect(store.put(tenant, id, Buffer.from('x'))).rejects.toMatchObject({ kind: 'unavailable', slug: 'blob-store-unavailable' });
    expect(await store.healthy()).toBe(false);
  });

  it.each([
    ['changed', Buffer.alloc(100, 1), { kind: 'rejected', slug: 'blob-hash-mismatch' }],
    ['cut off', Buffer.alloc(7), { kind: 'unavailable', slug: 'blob-store-unavailable' }],
  ])('are not given out where the disk gives back a file that was %s', async (_, content, error) => {
    const store = openFileBlobStore(folder);
    await store.put(tenant, id, Buffer.from('as it was'));
    await writeFile(join(folder, 'log', tenant, id.slice(0, 2), id), content);
    await expect(store.get(tenant, id)).rejects.toMatchObject(error);
  });
});

const mounted = canMount();
const onFullDisk = mounted ? describe : describe.skip;

/** A file system of a size of its own wants root. */
function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

onFullDisk(`blobs in files on a full disk${mounted ? '' : ' (skipped: only root can mount a small one)'}`, () => {
  const tenant = randomUUID();
  let disk: string;

  beforeEach(async () => {
    disk = join(await newFolder(), 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', disk]);
  });
  afterEach(async () => {
    execFileSync('umount', [disk]);
    await removed(join(disk, '..'));
  });

  it('are refused, leave nothing, and harm none that is there; small ones go on', async () => {
    const store = openFileBlobStore(disk);
    const [earlier, late] = [randomUUID(), randomUUID()];
    await store.put(tenant, earlier, Buffer.from('earlier'));
    const full = { kind: 'unavailable', slug: 'blob-store-unavailable' };
    await expect(store.write({ tenant, id: late }, parts(4), { maxBytes: 4 * PART_BYTES })).rejects.toMatchObject(full);
    expect(await store.info({ tenant, id: late })).toBeUndefined();
    expect(await leftovers(disk)).toEqual([]);
    expect((await store.get(tenant, earlier))?.toString()).toBe('earlier');
    await store.put(tenant, late, Buffer.from('small'));
    expect((await store.get(tenant, late))?.toString()).toBe('small');
  });

  it('let an upload go on once there is room', async () => {
    const store = openFileBlobStore(disk);
    const filler = randomUUID();
    await store.put(tenant, filler, randomBytes(6_000_000));
    const upload = await store.begin({ tenant, id: randomUUID() }, { maxBytes: 4 * PART_BYTES });
    await upload.append(0, Buffer.alloc(PART_BYTES));
    await expect(upload.append(PART_BYTES, Buffer.alloc(PART_BYTES))).rejects.toMatchObject({ kind: 'unavailable' });
    await store.delete(tenant, filler);
    expect(await upload.append(PART_BYTES, Buffer.alloc(1000))).toBe(PART_BYTES + 1000);
    await upload.abandon();
  });
});

function* parts(count: number): Generator<Buffer> {
  for (let n = 0; n < count; n += 1) yield randomBytes(PART_BYTES);
}
