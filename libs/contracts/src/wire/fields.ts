import type { BinaryWriter } from '@bufbuild/protobuf/wire';

/** Wire types: https://protobuf.dev/programming-guides/encoding/#structure. */
export const BYTES = 2;
export const VARINT = 0;

/** What a field begins with. */
export const tag = (field: number, type: number) => (field << 3) | type;

/** Empty is proto3's default, which is not written. */
export function text(writer: BinaryWriter, field: number, value: string): void {
  if (value !== '') writer.uint32(tag(field, BYTES)).string(value);
}

export function bytes(writer: BinaryWriter, field: number, value: Uint8Array): void {
  if (value.length > 0) writer.uint32(tag(field, BYTES)).bytes(value);
}
