import { fileURLToPath } from 'node:url';
import { openFileKeyStore } from './file-key-port';
import { openKmsKeyStore } from './kms-key-port';
import type { KeyPort } from './key-port.contract';

const DRIVERS: Record<string, (address: string) => KeyPort> = {
  file: (address) => openFileKeyStore(folderOf(address)),
  'aws-kms': openKms,
};

/**
 * Opens the store that KEY_STORE names: `file:<folder>`, or
 * `aws-kms:<folder>?key=<id, ARN or alias/name>[&region=<region>][&endpoint=<url>]` for keys in that folder which a master key
 * in AWS KMS protects. A folder is written as it is, or as an address (`file:///a%20b`). Nothing is read or asked yet.
 * Throws at once where no driver knows the scheme or the address lacks something.
 */
export function openKeyStore(address: string): KeyPort {
  const scheme = /^([a-z][a-z0-9+.-]*):./i.exec(address)?.[1]?.toLowerCase() ?? '';
  const driver = DRIVERS[scheme];
  if (!driver) throw new Error(`A key store's address begins with one of: ${Object.keys(DRIVERS).join(', ')}.`);
  return driver(address);
}

const folderOf = (address: string) => (address.startsWith('file://') ? fileURLToPath(address) : address.slice('file:'.length));

function openKms(address: string): KeyPort {
  const [folder = '', words = ''] = address.slice('aws-kms:'.length).split('?');
  const { key, region, endpoint, ...others } = Object.fromEntries(new URLSearchParams(words));
  const unknown = Object.keys(others);
  if (!folder || !key || unknown.length > 0) throw new Error('An aws-kms address is aws-kms:<folder>?key=<id>[&region=<region>][&endpoint=<url>].');
  return openKmsKeyStore(folderOf(`file:${folder}`), { keyId: key, region, endpoint });
}
