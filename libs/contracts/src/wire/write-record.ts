import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { bytes, BYTES, tag, text, VARINT } from './fields';

/** A Record whose envelope is written already. */
export interface RecordParts {
  /** The Envelope's bytes: they go in as they are, with whatever a newer version has put there. */
  envelope: Uint8Array;
  body?: { keyId: string; box: Uint8Array };
  digest: Uint8Array;
}

export interface TimelineRecordParts {
  record: RecordParts;
  position: string;
  segment: string;
  /** Unix ms. */
  recordedAt: number;
  card?: { customer: string; membershipVersion: bigint; tier: string; language: string; attention: boolean };
}

/** The bytes of a Record as `toBinary` writes them. */
export function writeRecord(record: RecordParts): Uint8Array {
  const writer = new BinaryWriter();
  fillRecord(writer, record);
  return writer.finish();
}

/** The bytes of a TimelineRecord as `toBinary` writes them. */
export function writeTimelineRecord({ record, position, segment, recordedAt, card }: TimelineRecordParts): Uint8Array {
  const writer = new BinaryWriter();
  writer.uint32(tag(1, BYTES)).fork();
  fillRecord(writer, record);
  writer.join();
  text(writer, 2, position);
  text(writer, 3, segment);
  if (recordedAt !== 0) writer.uint32(tag(4, VARINT)).int64(recordedAt);
  if (card) writeCard(writer, card);
  return writer.finish();
}

function fillRecord(writer: BinaryWriter, { envelope, body, digest }: RecordParts): void {
  writer.uint32(tag(1, BYTES)).bytes(envelope);
  if (body) {
    writer.uint32(tag(2, BYTES)).fork();
    text(writer, 1, body.keyId);
    bytes(writer, 2, body.box);
    writer.join();
  }
  bytes(writer, 3, digest);
}

function writeCard(writer: BinaryWriter, { customer, membershipVersion, tier, language, attention }: NonNullable<TimelineRecordParts['card']>): void {
  writer.uint32(tag(5, BYTES)).fork();
  text(writer, 1, customer);
  if (membershipVersion !== 0n) writer.uint32(tag(2, VARINT)).uint64(membershipVersion);
  text(writer, 3, tier);
  text(writer, 4, language);
  if (attention) writer.uint32(tag(5, VARINT)).bool(true);
  writer.join();
}
