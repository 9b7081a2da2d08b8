import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  try {
    const [key, cert] = await Promise.all([readFile(join(folder, 'key.pem'), 'utf8'), readFile(join(folder, 'cert.pem'), 'utf8')]);
    return { key, cert };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function make(folder: string, host: string): Promise<TlsCertificate> {
  const made = await generate([{ name: 'commonName', value: host }], {
    algorithm: 'sha256',
    keySize: 2048,
    notAfterDate: new Date(Date.now() + TEN_YEARS_MS),
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await keep(join(folder, 'cert.pem'), made.cert);
  await keep(join(folder, 'key.pem'), made.private);
  return { key: made.private, cert: made.cert };
}

/** Whole or not at all: a start cut short leaves no half file. */
async function keep(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
