import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { EnvelopeSchema, RecordSchema, TimelineRecordSchema } from '../gen/throughline/v1/event_pb';
import { writeEnvelope } from './write-envelope';
import { writeRecord, writeTimelineRecord } from './write-record';

const text = fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 200 }));
const bytes = fc.uint8Array({ maxLength: 200 });
const envelope = fc.record({ id: text, type: text, key: bytes, occurredAt: fc.bigInt({ min: 0n, max: 1n << 53n }) }).map((fields) => create(EnvelopeSchema, fields));
const sealed = fc.record({ body: fc.option(fc.record({ keyId: text, box: bytes }), { nil: undefined }) });
const open = fc.record({ openBody: bytes });
const record = fc.tuple(fc.record({ envelope, digest: bytes }), fc.oneof(sealed, open)).map(([head, body]) => ({ ...head, ...body }));
const card = fc.record({ customer: text, membershipVersion: fc.bigInt({ min: 0n, max: 1n << 63n }), tier: text, language: text, attention: fc.boolean() });
const hex = (written: Uint8Array) => Buffer.from(written).toString('hex');

describe('records written around envelopes that are written already', () => {
  it('are the bytes that the contracts say', () => {
    fc.assert(fc.property(record, (given) => expect(hex(writeRecord({ ...given, envelope: writeEnvelope(given.envelope) }))).toBe(hex(toBinary(RecordSchema, create(RecordSchema, given))))));
  });

  it('are so with position and card, too', () => {
    const all = fc.record({ record, position: text, segment: text, recordedAt: fc.nat(), card: fc.option(card, { nil: undefined }) });
    fc.assert(
      fc.property(all, ({ record: given, recordedAt, ...rest }) => {
        const expected = toBinary(TimelineRecordSchema, create(TimelineRecordSchema, { ...rest, record: given, recordedAt: BigInt(recordedAt) }));
        expect(hex(writeTimelineRecord({ ...rest, recordedAt, record: { ...given, envelope: writeEnvelope(given.envelope) } }))).toBe(hex(expected));
      }),
    );
  });
});
