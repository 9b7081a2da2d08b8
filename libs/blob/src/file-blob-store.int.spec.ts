import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openFileBlobStore } from './file-blob-store';
import { openBlobStore } from './open-blob-store';
import { blobStoreContract } from './testing';

const newFolder = () => mkdtemp(join(tmpdir(), 'tl-blobs-'));
const removed = (folder: string) => rm(folder, { recursive: true, force: true });

blobStoreContract('files', async () => {
  const folder = await newFolder();
  return { store: openBlobStore(pathToFileURL(folder).href), close: () => removed(folder) };
});

describe('blobs in files', () => {
  const [tenant, id] = [randomUUID(), randomUUID()];
  let folder: string;

  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => removed(folder));

  it('lie in files for the owner only, with no temporary file beside them', async () => {
    await openFileBlobStore(join(folder, 'blobs')).put(tenant, id, Buffer.from('x'));
    const home = join(folder, 'blobs', tenant, id.slice(0, 2));
    expect(await readdir(home)).toEqual([id]);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await stat(join(home, id))).mode & 0o777).toBe(0o600);
  });

  it('cannot be kept where the folder is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    const store = openFileBlobStore(join(folder, 'file'));
    await expect(store.put(tenant, id, Buffer.from('x'))).rejects.toMatchObject({ kind: 'unavailable', slug: 'blob-store-unavailable' });
    expect(await store.healthy()).toBe(false);
  });
});
