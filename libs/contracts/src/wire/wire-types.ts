/** Wire types: https://protobuf.dev/programming-guides/encoding/#structure. */
export const VARINT = 0;
export const BYTES = 2;
