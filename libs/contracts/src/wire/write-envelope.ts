import type { Envelope } from '../gen/throughline/v1/event_pb';
import { written, type WireWriter } from './wire-writer';

/** The bytes of an Envelope as `toBinary` writes them, field by field (see `writeBody`). The hash chain covers exactly these. */
export const writeEnvelope = (envelope: Envelope): Buffer => written((writer) => fillEnvelope(writer, envelope));

function fillEnvelope(writer: WireWriter, envelope: Envelope): void {
  writer.text(1, envelope.id);
  writer.text(2, envelope.type);
  writer.uint32(3, envelope.typeVersion);
  writer.text(4, envelope.tenant);
  writer.text(5, envelope.account);
  writer.text(6, envelope.channel);
  writer.uint32(7, envelope.direction);
  writer.blob(8, envelope.key);
  writer.blob(9, envelope.conversation);
  writer.text(10, envelope.relatesTo);
  writer.int64(11, envelope.claimedAt);
  writer.int64(12, envelope.occurredAt);
  writer.int64(13, envelope.acceptedAt);
  writer.uint32(14, envelope.dataClass);
  writer.blob(15, envelope.commitment);
  writer.text(16, envelope.revises);
  writer.uint32(17, envelope.normaliserVersion);
  writer.text(18, envelope.producer);
  writer.text(19, envelope.producerVersion);
  writer.text(20, envelope.causation);
  writer.uint32(21, envelope.causationDepth);
  writer.text(22, envelope.trace);
  writer.sint64(23, envelope.providerSequence);
  writer.text(24, envelope.provider);
  writer.uint32(25, envelope.bodyTells);
  writer.uint32(26, envelope.bodyRulesVersion);
}
