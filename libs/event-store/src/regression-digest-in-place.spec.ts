// A digest took the place of any file of its name: after a restore the day's earlier one, the only proof of what the log had held; in one
// folder that of another service.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignedHeader } from './digest.contract';
import { DigestWriter } from './digest-writer';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'tl-digest-'))));
afterEach(() => rm(folder, { recursive: true }));

const open = () => new DigestWriter(join(folder, '2026-01-31.json'));
const signed = (number: number, service: string) => ({ header: { number, service }, signature: '', publicKey: '' }) as unknown as SignedHeader;

async function write(number: number, service = 'profile'): Promise<string> {
  const writer = open();
  await writer.finish(signed(number, service));
  return writer.publish();
}
const headerOf = async (path: string) => JSON.parse(await readFile(path, 'utf8')).header;

it('a digest replaces none that lies there', async () => {
  const paths = [await write(7), await write(5), await write(7, 'admin')];
  expect(await Promise.all(paths.map(headerOf))).toEqual([{ number: 7, service: 'profile' }, { number: 5, service: 'profile' }, { number: 7, service: 'admin' }]);
  expect(await readdir(folder)).toHaveLength(3);
});

it('a digest that finds no name stays where it is, and says so', async () => {
  await write(5);
  await write(5);
  await expect(write(5)).rejects.toMatchObject({ code: 'EEXIST' });
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toHaveLength(1);
});

// A digest that was refused left an empty file behind.
it('one that failed leaves nothing, unless it was whole: it may have been entered', async () => {
  await open().abandon();
  expect(await readdir(folder)).toEqual([]);
  const whole = open();
  await whole.finish(signed(5, 'profile'));
  await whole.abandon();
  expect(await readdir(folder)).toHaveLength(1);
});
