import { uuidText } from '@throughline/postgres';

/**
 * Segment and wrapped bytes of many rows in one value, 76 bytes each; zeros where the key was erased. A row of its own for
 * each costs client and server twice as much, and 500 known keys are looked up with every batch.
 */
export const PACKED = `string_agg(uuid_send(segment) || coalesce(wrapped, decode(repeat('00', 60), 'hex')), ''::bytea)`;

const UUID_BYTES = 16;
const ROW_BYTES = UUID_BYTES + 60;
const ERASED = Buffer.alloc(ROW_BYTES - UUID_BYTES);

/** A key's row as the table has it now. `wrapped` is a view, undefined where the key was erased. */
export interface SeenKey {
  segment: string;
  wrapped: Buffer | undefined;
}

/** What PACKED packed. */
export function* unpackKeys(packed: Buffer): Generator<SeenKey> {
  for (let at = 0; at < packed.length; at += ROW_BYTES) {
    const wrapped = packed.subarray(at + UUID_BYTES, at + ROW_BYTES);
    yield { segment: uuidText(packed, at), wrapped: wrapped.equals(ERASED) ? undefined : wrapped };
  }
}
