/** What is signed. Hashes are SHA-256 in lower-case hex. Its bytes are the canonical JSON (RFC 8785) of this object. */
export interface DigestHeader {
  format: 'throughline/log-digest/1';
  /** Service whose log it is of. */
  service: string;
  /** Counts the digests of this log from 1. */
  number: number;
  /** UTC: `2026-01-31`. */
  day: string;
  /** RFC 3339 UTC. */
  takenAt: string;
  generation: number;
  /** Of the newest event it covers, and the time of its append (Unix ms); empty and 0 where there is none. */
  position: string;
  recordedUpTo: number;
  /** Hash of the header before this one; empty for the first. */
  previous: string;
  tenants: number;
  streams: number;
  events: number;
  /** Merkle root (RFC 9162) over the tenants; see digest-tree.ts. */
  root: string;
  /** Hash of the public key (SPKI, DER). */
  key: string;
}

/** A stream's head: its id, its version and the head's 32 bytes in base64url. */
export type HeadEntry = [stream: string, version: number, head: string];

export interface TenantHeads {
  tenant: string;
  root: string;
  /** In the order of their ids. */
  streams: HeadEntry[];
}

/** Where a leaf stands in its tree; the hashes in base64url. */
export interface InclusionEntry {
  index: number;
  size: number;
  path: string[];
}

export interface SignedHeader {
  header: DigestHeader;
  /** Ed25519 over the header's bytes, base64url. */
  signature: string;
  /** SPKI, DER, base64url. Whoever must not trust the file compares its hash with a key had by another way. */
  publicKey: string;
}

/** A digest as a file: it verifies without any database. */
export interface DigestFile extends SignedHeader {
  /** All of them, in the order of their ids, or one. */
  tenants: TenantHeads[];
  /** Where it holds one tenant only: the place of that tenant in the whole. */
  inTotal?: InclusionEntry;
}

/** Proof for one stream: that its head stood in a signed digest. It names no other stream and no other tenant. */
export interface StreamProof extends SignedHeader {
  tenant: string;
  stream: string;
  version: number;
  head: string;
  inTenant: InclusionEntry;
  inTotal: InclusionEntry;
}

/** What is wrong with a digest itself. */
export interface DigestFault {
  fault: 'signature' | 'key' | 'root' | 'tenant-root' | 'order' | 'count' | 'chain' | 'not-in-log';
  detail: string;
}

/** Signs digests: one Ed25519 key for an installation. */
export interface DigestSigner {
  /** SPKI, DER. */
  readonly publicKey: Uint8Array;
  /** Throws `unavailable` where the key cannot be used. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Takes the heads of a digest while it is taken, in their order; each tenant ends with its root. */
export interface DigestSink {
  stream(tenant: string, entry: HeadEntry): Promise<void> | void;
  endTenant(tenant: string, root: string): Promise<void> | void;
}
