import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { FrameContentSchema } from '@throughline/contracts';
import type { OutgoingMessage } from '../bus.contract';

/** Tags of proto/throughline/v1/frame.proto: field number << 3 | 2 (length-delimited). */
const MESSAGES = (1 << 3) | 2;
const KEY = (1 << 3) | 2;
const VALUE = (2 << 3) | 2;
const HEADERS = (3 << 3) | 2;
const ENTRY_KEY = (1 << 3) | 2;
const ENTRY_VALUE = (2 << 3) | 2;

const NONE = new Uint8Array();

export type FramedMessage = Required<Pick<OutgoingMessage, 'key' | 'value' | 'headers'>>;

/** The bytes of a FrameContent, written field by field: a fifth of the time that reflection takes (a spec holds both against each other). */
export function writeContent(messages: readonly OutgoingMessage[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { key, value, headers } of messages) {
    writer.uint32(MESSAGES).fork().uint32(KEY).bytes(key).uint32(VALUE).bytes(value);
    for (const name in headers) writer.uint32(HEADERS).fork().uint32(ENTRY_KEY).string(name).uint32(ENTRY_VALUE).string(headers[name]!).join();
    writer.join();
  }
  return writer.finish();
}

/** The messages that `writeContent` wrote; keys and values are views of `bytes`. */
export function readContent(bytes: Uint8Array): FramedMessage[] {
  const reader = new BinaryReader(bytes);
  const messages: FramedMessage[] = [];
  while (reader.pos < reader.len) {
    // A field that a newer version of us has brought: read it all the slow way, which knows how to pass over it.
    if (reader.uint32() !== MESSAGES) return fromBinary(FrameContentSchema, bytes).messages;
    messages.push(readMessage(reader, bytes));
  }
  return messages;
}

function readMessage(reader: BinaryReader, bytes: Uint8Array): FramedMessage {
  const length = reader.uint32();
  const end = reader.pos + length;
  const message: FramedMessage = { key: NONE, value: NONE, headers: {} };
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === KEY) message.key = reader.bytes();
    else if (tag === VALUE) message.value = reader.bytes();
    else if (tag === HEADERS) readHeader(reader, message.headers);
    else reader.skip(tag & 7);
  }
  return message;
}

function readHeader(reader: BinaryReader, headers: Record<string, string>): void {
  const end = reader.uint32() + reader.pos;
  let name = '';
  let text = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === ENTRY_KEY) name = reader.string();
    else if (tag === ENTRY_VALUE) text = reader.string();
    else reader.skip(tag & 7);
  }
  headers[name] = text;
}
