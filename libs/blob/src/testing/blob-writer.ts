// A writer to be killed or measured: node blob-writer.js <url> <tenant> <id> <mebibytes> <write|upload|hang>, one line of JSON on the way.
import { setTimeout as wait } from 'node:timers/promises';
import { openBlobStore } from '../open-blob-store';

const MEBIBYTE = 1024 * 1024;

/** The bytes it writes: the n-th mebibyte holds n. */
export function* mebibytes(count: number): Generator<Buffer> {
  for (let n = 0; n < count; n += 1) yield Buffer.alloc(MEBIBYTE, n);
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function* andHang(count: number): AsyncGenerator<Buffer> {
  yield* mebibytes(count);
  say({ pulled: count });
  await wait(600_000);
}

async function main([url, tenant, id, size, how]: string[]): Promise<void> {
  const store = await openBlobStore(url!);
  const name = { tenant: tenant!, id: id! };
  const count = Number(size);
  const terms = { maxBytes: 1024 * MEBIBYTE };
  const before = process.memoryUsage.rss();
  if (how === 'hang') await store.write(name, andHang(count), terms);
  if (how === 'upload') await uploadAndHang(await store.begin(name, terms), count);
  if (how === 'write') {
    await store.write(name, mebibytes(count), terms);
    const written = process.resourceUsage().maxRSS * 1024;
    for await (const chunk of (await store.read(name))!.content) if (chunk.length === 0) throw new Error('an empty chunk');
    say({ before, written, read: process.resourceUsage().maxRSS * 1024 });
  }
  await store.close();
}

async function uploadAndHang(upload: Awaited<ReturnType<Awaited<ReturnType<typeof openBlobStore>>['begin']>>, count: number): Promise<void> {
  const bytes = Buffer.concat([...mebibytes(count)]);
  for (let at = 0; at < bytes.length; at += upload.partBytes) await upload.append(at, bytes.subarray(at, at + upload.partBytes));
  say({ session: upload.session });
  await wait(600_000);
}

if (require.main === module) void main(process.argv.slice(2));
