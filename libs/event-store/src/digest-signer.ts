import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unavailable } from '@throughline/contracts';
import type { DigestSigner } from './digest.contract';

/** Beside the tenants' folders of the key store. */
const FILE = 'digest-signing-key.pem';

/**
 * The installation's signing key in a file of mode 0600 (PKCS #8, PEM), made where there is none. It is written and flushed
 * under another name and then linked, so of two makers one wins and both use its key. Throws `unavailable`
 * (`key-store-unavailable`) where the folder cannot be used.
 */
export async function openFileSigner(folder: string): Promise<DigestSigner> {
  try {
    return signerOf((await readKey(folder)) ?? (await makeKey(folder)));
  } catch (error) {
    throw unavailable('key-store-unavailable', 'The key that signs digests cannot be read or made.', error);
  }
}

function signerOf(pem: string): DigestSigner {
  const key: KeyObject = createPrivateKey(pem);
  return {
    publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }),
    sign: async (bytes) => sign(null, bytes, key),
  };
}

const readKey = (folder: string) => readFile(join(folder, FILE), 'utf8').catch(unless('ENOENT'));

async function makeKey(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  const temporary = `${path}.${randomUUID()}.tmp`;
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    await writeDurably(temporary, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    await link(temporary, path).catch(unless('EEXIST'));
  } finally {
    await unlink(temporary).catch(unless('ENOENT'));
  }
  await flush(folder);
  return readFile(path, 'utf8');
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  await file
    .writeFile(text)
    .then(() => file.sync())
    .finally(() => file.close());
}

async function flush(folder: string): Promise<void> {
  // Windows cannot open a folder to flush it; NTFS keeps its own journal of names.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Turns this one error of the file system into `undefined`; others go on. */
const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code === code) return undefined;
  throw error;
};
