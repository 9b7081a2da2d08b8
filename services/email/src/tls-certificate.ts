import { createPublicKey, generateKeyPair, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';

export interface TlsCertificate {
  /** PEM. */
  key: string;
  cert: string;
}

const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1000;

/**
 * The listener's certificate: `key.pem` and `cert.pem` in the folder. Where they are missing a self-signed one is made
 * (mode 0600); to use another, put its two files there. Mail servers encrypt without checking names (RFC 7435), so a self-signed one does.
 */
export async function tlsCertificate(folder: string, host: string): Promise<TlsCertificate> {
  return (await read(folder)) ?? make(folder, host);
}

async function read(folder: string): Promise<TlsCertificate | undefined> {
  const [key, cert] = await Promise.all([readOne(join(folder, 'key.pem')), readOne(join(folder, 'cert.pem'))]);
  return key !== undefined && cert !== undefined ? { key, cert } : undefined;
}

const readOne = (path: string) => readFile(path, 'utf8').catch(unless('ENOENT'));

/** The first key stays, and every certificate fits it: several processes may start at once on one folder. */
async function make(folder: string, host: string): Promise<TlsCertificate> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'key.pem');
  const key = (await readOne(path)) ?? (await keepFirst(path, await newKey()));
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  const { cert } = await generate([{ name: 'commonName', value: host }], {
    algorithm: 'sha256',
    keyPair: { privateKey: key, publicKey },
    notAfterDate: new Date(Date.now() + TEN_YEARS_MS),
  });
  const draft = await drafted(join(folder, 'cert.pem'), cert);
  await rename(draft, join(folder, 'cert.pem'));
  return { key, cert };
}

async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** What lies there now: this text, or what another process has put there sooner. */
async function keepFirst(path: string, text: string): Promise<string> {
  const draft = await drafted(path, text);
  await link(draft, path).catch(unless('EEXIST'));
  await unlink(draft);
  return readFile(path, 'utf8');
}

/** A file of its own, so that what takes its place is whole or not there: a start cut short leaves no half file. */
async function drafted(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  return draft;
}

const unless = (expected: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== expected) throw error;
  return undefined;
};
