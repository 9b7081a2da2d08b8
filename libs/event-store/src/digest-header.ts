import { createPublicKey, hash, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { DigestFault, DigestHeader, DigestSigner, SignedHeader } from './digest.contract';

const bytesOf = (header: DigestHeader) => Buffer.from(canonicalize(header)!);

/** What the next header says of this one. */
export const headerHash = (header: DigestHeader): string => hash('sha256', bytesOf(header), 'hex');

/** What a header says of the key it is signed with. @param publicKey SPKI, DER */
export const keyHash = (publicKey: Uint8Array): string => hash('sha256', publicKey, 'hex');

export async function signHeader(header: DigestHeader, signer: DigestSigner): Promise<SignedHeader> {
  const signature = await signer.sign(bytesOf(header));
  return { header, signature: Buffer.from(signature).toString('base64url'), publicKey: Buffer.from(signer.publicKey).toString('base64url') };
}

/** True where the header was signed by the key it names. */
function isSigned({ header, signature, publicKey }: SignedHeader): boolean {
  const key = Buffer.from(publicKey, 'base64url');
  if (keyHash(key) !== header.key) return false;
  try {
    return verify(null, bytesOf(header), createPublicKey({ key, format: 'der', type: 'spki' }), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** @param publicKey SPKI, DER: the key it must be signed with; without it the key in the file is believed */
export function signatureFault(signed: SignedHeader, publicKey?: Uint8Array): DigestFault[] {
  if (publicKey && keyHash(publicKey) !== signed.header.key) return [{ fault: 'key', detail: `it is signed with the key ${signed.header.key}, not with the one given` }];
  return isSigned(signed) ? [] : [{ fault: 'signature', detail: 'the signature is not one of the key over this header' }];
}
