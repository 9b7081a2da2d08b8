// A number outside its field's range was cut to some other number, though the contracts refuse it: nobody hears of what was lost.
// A negative time, which int64 can carry, became one byte.
import { create, toBinary } from '@bufbuild/protobuf';
import { BodySchema } from '../gen/throughline/v1/body_pb';
import { EnvelopeSchema, TimelineRecordSchema } from '../gen/throughline/v1/event_pb';
import { writeBody } from './write-body';
import { writeEnvelope } from './write-envelope';
import { writeTimelineRecord } from './write-record';

const LIMIT = 1n << 63n;
const record = { envelope: new Uint8Array(), digest: new Uint8Array() };
const recorded = (recordedAt: number) => writeTimelineRecord({ record, position: '', segment: '', recordedAt });

describe('numbers that do not fit their field', () => {
  it.each([-1, 0.5, NaN, Infinity, 2 ** 32])('are refused as uint32: %d', (typeVersion) => {
    const envelope = create(EnvelopeSchema, { typeVersion });
    expect(() => toBinary(EnvelopeSchema, envelope)).toThrow();
    expect(() => writeEnvelope(envelope)).toThrow(RangeError);
  });

  it.each([{ claimedAt: LIMIT }, { claimedAt: -LIMIT - 1n }, { providerSequence: LIMIT }, { providerSequence: -LIMIT - 1n }])('are refused as int64 and sint64: %p', (fields) => {
    const envelope = create(EnvelopeSchema, fields);
    expect(() => toBinary(EnvelopeSchema, envelope)).toThrow();
    expect(() => writeEnvelope(envelope)).toThrow(RangeError);
  });

  it.each([-1n, 2n * LIMIT])('are refused as uint64: %p', (size) => {
    const body = create(BodySchema, { content: { attachments: [{ size }] } });
    expect(() => toBinary(BodySchema, body)).toThrow();
    expect(() => writeBody(body)).toThrow(RangeError);
  });

  it.each([0.5, NaN])('are refused as a time: %d', (recordedAt) => {
    expect(() => recorded(recordedAt)).toThrow(RangeError);
  });
});

describe('numbers at the end of their field', () => {
  it.each([{ typeVersion: 2 ** 32 - 1 }, { claimedAt: LIMIT - 1n }, { claimedAt: -LIMIT }, { claimedAt: 1n << 53n }, { providerSequence: LIMIT - 1n }, { providerSequence: -LIMIT }])('are as the contracts say: %p', (fields) => {
    const envelope = create(EnvelopeSchema, fields);
    expect(Buffer.from(toBinary(EnvelopeSchema, envelope)).equals(writeEnvelope(envelope))).toBe(true);
  });

  it('are so as uint64, too', () => {
    const body = create(BodySchema, { content: { attachments: [{ size: 2n * LIMIT - 1n }] } });
    expect(Buffer.from(toBinary(BodySchema, body)).equals(writeBody(body))).toBe(true);
  });

  it.each([-1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])('are so as a time, too: %d', (recordedAt) => {
    const expected = toBinary(TimelineRecordSchema, create(TimelineRecordSchema, { record: { envelope: {} }, recordedAt: BigInt(recordedAt) }));
    expect(Buffer.from(expected).equals(recorded(recordedAt))).toBe(true);
  });
});
