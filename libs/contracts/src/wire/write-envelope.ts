import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Envelope } from '../gen/throughline/v1/event_pb';
import { bytes, tag, text, VARINT } from './fields';

/** The bytes of an Envelope as `toBinary` writes them, field by field (see `writeBody`). The hash chain covers exactly these. */
export function writeEnvelope(envelope: Envelope): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, envelope.id);
  text(writer, 2, envelope.type);
  number(writer, 3, envelope.typeVersion);
  text(writer, 4, envelope.tenant);
  text(writer, 5, envelope.account);
  text(writer, 6, envelope.channel);
  number(writer, 7, envelope.direction);
  bytes(writer, 8, envelope.key);
  bytes(writer, 9, envelope.conversation);
  text(writer, 10, envelope.relatesTo);
  for (const [field, ms] of [[11, envelope.claimedAt], [12, envelope.occurredAt], [13, envelope.acceptedAt]] as const) {
    if (ms !== 0n) writer.uint32(tag(field, VARINT)).int64(ms);
  }
  number(writer, 14, envelope.dataClass);
  bytes(writer, 15, envelope.commitment);
  text(writer, 16, envelope.revises);
  number(writer, 17, envelope.normaliserVersion);
  text(writer, 18, envelope.producer);
  text(writer, 19, envelope.producerVersion);
  text(writer, 20, envelope.causation);
  number(writer, 21, envelope.causationDepth);
  text(writer, 22, envelope.trace);
  if (envelope.providerSequence !== 0n) writer.uint32(tag(23, VARINT)).sint64(envelope.providerSequence);
  text(writer, 24, envelope.provider);
  return writer.finish();
}

function number(writer: BinaryWriter, field: number, value: number): void {
  if (value !== 0) writer.uint32(tag(field, VARINT)).uint32(value);
}
