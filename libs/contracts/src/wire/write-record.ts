import { written, type WireWriter } from './wire-writer';

/** A Record whose envelope is written already. */
export interface RecordParts {
  /** The Envelope's bytes: they go in as they are, with whatever a newer version has put there. */
  envelope: Uint8Array;
  body?: { keyId: string; box: Uint8Array };
  digest: Uint8Array;
  /** Instead of `body` where a frame seals the record. */
  openBody?: Uint8Array;
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
export const writeRecord = (record: RecordParts): Buffer => written((writer) => fillRecord(writer, record));

/** The bytes of a TimelineRecord as `toBinary` writes them. */
export const writeTimelineRecord = (parts: TimelineRecordParts): Buffer => written((writer) => fillTimelineRecord(writer, parts));

function fillTimelineRecord(writer: WireWriter, { record, position, segment, recordedAt, card }: TimelineRecordParts): void {
  writer.nested(1, () => fillRecord(writer, record));
  writer.text(2, position);
  writer.text(3, segment);
  writer.int64(4, BigInt(recordedAt));
  if (card) writer.nested(5, () => fillCard(writer, card));
}

function fillRecord(writer: WireWriter, { envelope, body, digest, openBody }: RecordParts): void {
  writer.message(1, envelope);
  if (body) writer.nested(2, () => fillSealed(writer, body));
  writer.blob(3, digest);
  if (openBody) writer.blob(4, openBody);
}

function fillSealed(writer: WireWriter, { keyId, box }: NonNullable<RecordParts['body']>): void {
  writer.text(1, keyId);
  writer.blob(2, box);
}

function fillCard(writer: WireWriter, { customer, membershipVersion, tier, language, attention }: NonNullable<TimelineRecordParts['card']>): void {
  writer.text(1, customer);
  writer.uint64(2, membershipVersion);
  writer.text(3, tier);
  writer.text(4, language);
  writer.flag(5, attention);
}
