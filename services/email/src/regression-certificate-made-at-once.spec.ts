import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsCertificate } from './tls-certificate';

// Processes that started for the first time on one folder wrote through the same draft: one of them failed to start, and the key of one lay
// beside the certificate of another, with which none started ever again.

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'throughline-certificate-'))));
afterEach(() => rm(folder, { recursive: true }));

it('a certificate that several processes make at once fits its key', async () => {
  const made = await Promise.all(Array.from({ length: 6 }, () => tlsCertificate(folder, 'mail.example')));
  const kept = await tlsCertificate(folder, 'mail.example');
  for (const { key, cert } of [...made, kept]) expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(new Set([...made, kept].map(({ key }) => key)).size).toBe(1);
  expect((await readdir(folder)).toSorted()).toEqual(['cert.pem', 'key.pem']);
  expect((await stat(join(folder, 'key.pem'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, 'cert.pem'), 'utf8')).toBe(kept.cert);
});
