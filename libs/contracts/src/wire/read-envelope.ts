import { fromBinary } from '@bufbuild/protobuf';
import { EnvelopeSchema, type Envelope } from '../gen/throughline/v1/event_pb';
import { FieldIndex } from './field-index';

const index = new FieldIndex(EnvelopeSchema);

/**
 * An Envelope as `fromBinary` reads it, in a third of the time. Its bytes are views of those given. Throws where they are no envelope.
 */
export function readEnvelope(bytes: Uint8Array): Envelope {
  return index.index(bytes) ? fieldsOf(index) : fromBinary(EnvelopeSchema, bytes);
}

const fieldsOf = (fields: FieldIndex): Envelope => ({
  $typeName: 'throughline.v1.Envelope',
  id: fields.text(1),
  type: fields.text(2),
  typeVersion: fields.number(3),
  tenant: fields.text(4),
  account: fields.text(5),
  channel: fields.text(6),
  direction: fields.number(7),
  key: fields.blob(8),
  conversation: fields.blob(9),
  relatesTo: fields.text(10),
  claimedAt: fields.long(11),
  occurredAt: fields.long(12),
  acceptedAt: fields.long(13),
  dataClass: fields.number(14),
  commitment: fields.blob(15),
  revises: fields.text(16),
  normaliserVersion: fields.number(17),
  producer: fields.text(18),
  producerVersion: fields.text(19),
  causation: fields.text(20),
  causationDepth: fields.number(21),
  trace: fields.text(22),
  providerSequence: fields.signedLong(23),
  provider: fields.text(24),
  bodyTells: fields.number(25),
  bodyRulesVersion: fields.number(26),
});
