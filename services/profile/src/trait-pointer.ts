import { uuidBytes, uuidText } from '@throughline/postgres';
import type { TraitName, TraitSource } from './traits';

/** Which event tells a trait of a segment; what it says lies in the event alone. */
export interface TraitPointer extends TraitSource {
  trait: TraitName;
  segment: string;
}

const BYTES = 32;
/** Makes signed numbers sort as bytes do. */
const SIGN = 0x8000_0000;

/**
 * A pointer as one value whose bytes sort as `isLater` does, so that the greatest is the last word: when it was said (8 bytes,
 * Unix ms), the provider's order within that ms (8), the event (16).
 */
export function writePointer({ at, sequence, source }: TraitSource): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES);
  writeSortable(bytes, at, 0);
  writeSortable(bytes, sequence, 8);
  bytes.set(uuidBytes(source), 16);
  return bytes;
}

/** Undefined where nothing was told: no bytes. */
export function readPointer(bytes: Buffer | null): TraitSource | undefined {
  if (!bytes || bytes.length === 0) return undefined;
  return { at: readSortable(bytes, 0), sequence: readSortable(bytes, 8), source: uuidText(bytes, 16) };
}

function writeSortable(into: Buffer, number: number, at: number): void {
  const high = Math.floor(number / 2 ** 32);
  into.writeUInt32BE(high + SIGN, at);
  into.writeUInt32BE(number - high * 2 ** 32, at + 4);
}

const readSortable = (bytes: Buffer, at: number) => (bytes.readUInt32BE(at) - SIGN) * 2 ** 32 + bytes.readUInt32BE(at + 4);
