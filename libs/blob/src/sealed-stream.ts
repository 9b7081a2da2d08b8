import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { ByteRange } from './blob.contract';
import { partsOf } from './parts';
import { spanOf } from './place';
import { headerBytes, headerIn, labelOf, MAX_HEADER_BYTES, newHeader, streamKey, unopenable } from './sealed-header';

const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const BOX_BYTES = CHUNK_BYTES + TAG_BYTES;
const CIPHER = 'aes-256-gcm';

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** By what a stream is sealed. */
export interface SealTerms {
  /** 32 bytes, made for this content. */
  key: KeyObject;
  /** What the stream is bound to (the event's id): it opens for no other. */
  context: string;
  /** Travels in the clear in front (at most 1,024 bytes) and cannot be changed: the key, wrapped, or its id. */
  label?: Uint8Array;
}

/** By what it is opened. */
export interface OpenTerms {
  /** The key, given the label. */
  keyOf(label: Buffer): KeyObject | Promise<KeyObject>;
  context: string;
}

/**
 * Seals content of any size in bounded memory: a header (`sealed-header.ts`), then chunks of 64 KiB, each AES-256-GCM with
 * its own tag, numbered in the nonce, the last one marked there: the STREAM construction (Hoang, Reyhanitabar, Rogaway,
 * Vizar, CRYPTO 2015, https://eprint.iacr.org/2015/189) in the shape of age (https://age-encryption.org/v1). Any change,
 * a chunk that is missing, moved or added, and an end that is cut off are seen when it is opened.
 */
export async function* sealStream(plain: Source, { key, context, label = Buffer.of() }: SealTerms): AsyncGenerator<Buffer> {
  const header = newHeader(label);
  const secret = streamKey(key, header, context);
  yield header;
  for await (const { chunk, number, last } of numbered(partsOf(plain, CHUNK_BYTES))) yield sealChunk(secret, number, last, chunk);
}

/**
 * Opens what `sealStream` sealed, chunk by chunk: what it gave before it throws is genuine, but not all.
 * Throws `rejected` (`unopenable`); errors of the source and of `keyOf` pass through.
 */
export async function* openStream(sealed: Source, { keyOf, context }: OpenTerms): AsyncGenerator<Buffer> {
  const { header, rest } = await headed(sealed);
  const secret = streamKey(await keyOf(labelOf(header)), header, context);
  for await (const { chunk, number, last } of numbered(partsOf(rest, BOX_BYTES))) yield openChunk(secret, number, last, chunk);
}

/** Reads a range of the sealed bytes. */
export type ReadSealed = (range: Required<ByteRange>) => Promise<Source>;

/**
 * Opens a range of the plain bytes and reads only the chunks that hold it, the header, and the last chunk: so a stream
 * whose end was cut off is not opened at all. Throws as `openStream`. @param sealedSize of the whole, as the store says
 */
export async function* openRange(read: ReadSealed, sealedSize: number, terms: OpenTerms, range: ByteRange): AsyncGenerator<Buffer> {
  const { header } = await headed(await read({ start: 0, end: Math.min(MAX_HEADER_BYTES, sealedSize) }));
  const secret = streamKey(await terms.keyOf(labelOf(header)), header, terms.context);
  const size = plainSize(sealedSize, labelOf(header).length);
  const end = Math.ceil(Math.max(size, 1) / CHUNK_BYTES);
  const chunks = (from: number, to: number) => openChunks({ read, secret, header, sealedSize, end }, from, to);
  for await (const chunk of chunks(end - 1, end)) if (end > 1 && chunk.length === 0) throw unopenable();
  const span = spanOf(range)(size);
  if (span.start === span.end) return;
  const first = Math.floor(span.start / CHUNK_BYTES);
  let at = first * CHUNK_BYTES;
  for await (const chunk of chunks(first, Math.ceil(span.end / CHUNK_BYTES))) {
    yield chunk.subarray(Math.max(span.start - at, 0), span.end - at);
    at += chunk.length;
  }
}

/** Bytes of the sealed stream that holds so many plain ones. */
export const sealedSize = (plainBytes: number, labelBytes = 0) =>
  headerBytes(labelBytes) + plainBytes + Math.ceil(Math.max(plainBytes, 1) / CHUNK_BYTES) * TAG_BYTES;

/** Plain bytes in a sealed stream of so many. Throws `rejected` (`unopenable`) where none has that size. */
export function plainSize(sealedBytes: number, labelBytes = 0): number {
  const boxes = sealedBytes - headerBytes(labelBytes);
  const size = boxes - Math.ceil(boxes / BOX_BYTES) * TAG_BYTES;
  if (size < 0 || sealedSize(size, labelBytes) !== sealedBytes) throw unopenable();
  return size;
}

interface Sealed {
  read: ReadSealed;
  secret: KeyObject;
  header: Buffer;
  sealedSize: number;
  /** How many chunks there are. */
  end: number;
}

async function* openChunks(sealed: Sealed, from: number, to: number): AsyncGenerator<Buffer> {
  const at = (number: number) => Math.min(sealed.header.length + number * BOX_BYTES, sealed.sealedSize);
  const boxes = await sealed.read({ start: at(from), end: at(to) });
  for await (const { chunk, number } of numbered(partsOf(boxes, BOX_BYTES))) {
    yield openChunk(sealed.secret, from + number, from + number === sealed.end - 1, chunk);
  }
}

/** 11 bytes of number, 1 byte that says "the last". */
function nonce(number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(number, 5, 6);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

function sealChunk(secret: KeyObject, number: number, last: boolean, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, secret, nonce(number, last), { authTagLength: TAG_BYTES });
  const sealed = cipher.update(plain);
  cipher.final();
  return Buffer.concat([sealed, cipher.getAuthTag()]);
}

function openChunk(secret: KeyObject, number: number, last: boolean, box: Buffer): Buffer {
  const end = box.length - TAG_BYTES;
  // Only content without bytes has a chunk without bytes: else there were two ways to end the same content.
  if (end < 0 || (end === 0 && number > 0)) throw unopenable();
  const decipher = createDecipheriv(CIPHER, secret, nonce(number, last), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(box.subarray(end));
  const plain = decipher.update(box.subarray(0, end));
  try {
    decipher.final();
  } catch (cause) {
    throw unopenable(cause);
  }
  return plain;
}

/** Numbers the chunks and looks one ahead, to know the last. */
async function* numbered(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ chunk: Buffer; number: number; last: boolean }> {
  let number = 0;
  let waiting: Buffer | undefined;
  for await (const chunk of chunks) {
    if (waiting) yield { chunk: waiting, number: number++, last: false };
    waiting = chunk;
  }
  if (waiting) yield { chunk: waiting, number, last: true };
}

/** Cuts the header off. */
async function headed(source: Source): Promise<{ header: Buffer; rest: AsyncGenerator<Uint8Array> }> {
  const chunks = forward(source);
  let read: Buffer = Buffer.of();
  for (;;) {
    const header = headerIn(read);
    if (header) return { header, rest: joined(read.subarray(header.length), chunks) };
    const { value, done } = await chunks.next();
    if (done) throw unopenable();
    read = Buffer.concat([read, value]);
  }
}

async function* forward(source: Source): AsyncGenerator<Uint8Array, undefined> {
  yield* source;
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
