import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openFileKeyStore } from './file-key-port';
import { keyPortContract } from './testing';

const run = promisify(execFile);
const newFolder = () => mkdtemp(join(tmpdir(), 'tl-keys-'));
const removed = (folder: string) => rm(folder, { recursive: true, force: true });

keyPortContract('files', async () => {
  const folder = await newFolder();
  return { first: openFileKeyStore(folder), second: openFileKeyStore(folder), close: () => removed(folder) };
});

describe('keys in files', () => {
  const tenant = randomUUID();
  let folder: string;

  beforeEach(async () => {
    folder = join(await newFolder(), 'made', 'by-the-port');
  });
  afterEach(() => removed(join(folder, '..', '..')));

  it('lie in files for the owner only, in folders for the owner only', async () => {
    await openFileKeyStore(folder).getOrMake(tenant, 'epoch:2026-01-31');
    const modes = [folder, join(folder, tenant), join(folder, tenant, 'epoch'), join(folder, tenant, 'epoch', '2026-01-31.key')];
    const found = await Promise.all(modes.map(async (path) => (await stat(path)).mode & 0o777));
    expect(found).toEqual([0o700, 0o700, 0o700, 0o600]);
  });

  it('leave no temporary file behind', async () => {
    const port = openFileKeyStore(folder);
    await Promise.all(Array.from({ length: 16 }, () => port.getOrMake(tenant, 'hash:1')));
    expect(await readdir(join(folder, tenant, 'hash'))).toEqual(['1.key']);
  });

  it('are not disturbed by what a process left that was killed before it linked its key', async () => {
    const port = openFileKeyStore(folder);
    const key = await port.getOrMake(tenant, 'slot:profile.1');
    await writeFile(join(folder, tenant, 'slot', `profile.1.key.${randomUUID()}.tmp`), 'half a ke');
    await writeFile(join(folder, tenant, 'slot', `profile.2.key.${randomUUID()}.tmp`), 'half a ke');
    expect(await port.get(tenant, 'slot:profile.1')).toEqual(key);
    expect(await port.list(tenant, 'slot')).toEqual(['slot:profile.1']);
    expect(await port.getOrMake(tenant, 'slot:profile.2')).toHaveLength(32);
  });

  it('are never replaced when damaged: the store says that it cannot be used', async () => {
    const port = openFileKeyStore(folder);
    await port.getOrMake(tenant, 'hash:1');
    await writeFile(join(folder, tenant, 'hash', '1.key'), 'damaged');
    await expect(port.getOrMake(tenant, 'hash:1')).rejects.toMatchObject({ kind: 'unavailable', slug: 'key-store-unavailable' });
    expect(await readFile(join(folder, tenant, 'hash', '1.key'), 'utf8')).toBe('damaged');
  });

  it('cannot be used where the folder is a file', async () => {
    await openFileKeyStore(folder).getOrMake(tenant, 'hash:1');
    const file = join(folder, tenant, 'hash', '1.key');
    await expect(openFileKeyStore(file).getOrMake(tenant, 'hash:1')).rejects.toMatchObject({ slug: 'key-store-unavailable' });
  });

  it('are the same for processes that make them at the same time', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `slot:profile.${i + 1}`);
    const answers = await Promise.all([1, 2, 3].map(() => inOtherProcess(folder, tenant, ids)));
    const port = openFileKeyStore(folder);
    const keys = await Promise.all(ids.map(async (id) => (await port.get(tenant, id))!.toString('hex')));
    expect(answers).toEqual([keys, keys, keys]);
  });
});

/** Loads TypeScript as the tests do, in a process without Jest. */
const LOADER = `
  const { readFileSync } = require('node:fs'), Module = require('node:module');
  const options = { ...JSON.parse(readFileSync('.swcrc', 'utf8')), swcrc: false };
  Module._extensions['.ts'] = (module, file) => module._compile(require('@swc/core').transformFileSync(file, options).code, file);`;

const MAKER = `
  const [, module_, folder, tenant, ...ids] = process.argv;
  const port = require(module_).openFileKeyStore(folder);
  Promise.all(ids.map(async (id) => (await port.getOrMake(tenant, id)).toString('hex'))).then((keys) => console.log(JSON.stringify(keys)));`;

/** Makes the keys in a process of its own and answers them in hex. */
async function inOtherProcess(folder: string, tenant: string, ids: string[]): Promise<string[]> {
  const args = ['-C', 'source', '-e', LOADER + MAKER, join(__dirname, 'file-key-port.ts'), folder, tenant, ...ids];
  const { stdout } = await run(process.execPath, args, { cwd: join(__dirname, '../../..') });
  return JSON.parse(stdout) as string[];
}
