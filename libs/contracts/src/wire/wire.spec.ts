import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { BodySchema } from '../gen/throughline/v1/body_pb';
import { EnvelopeSchema } from '../gen/throughline/v1/event_pb';
import { readEnvelope } from './read-envelope';
import { writeBody } from './write-body';
import { writeEnvelope } from './write-envelope';

/** Lengths of one, two and three bytes; and what a string may hold that UTF-8 cannot. */
const long = fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }), fc.constantFrom(60, 130, 6_000, 17_000)).map(([part, times]) => part.repeat(times));
const text = fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 40 }), { arbitrary: long, weight: 1 });
const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(130, 17_000).map((length) => new Uint8Array(length)));
const ms = fc.bigInt({ min: -1n, max: 1n << 53n });
const small = fc.integer({ min: 0, max: 3 });
const identity = fc.record({ namespace: text, value: text, verified: fc.boolean() });
const attachment = fc.record({ name: text, mediaType: text, size: fc.bigInt({ min: 0n, max: 1n << 60n }), url: text, sha256: text, blob: text });

const body = fc
  .record({
    salt: bytes,
    identities: fc.array(identity, { maxLength: 3 }),
    parties: fc.array(fc.record({ role: text, identity: fc.option(identity, { nil: undefined }), name: text }), { maxLength: 3 }),
    providerIds: fc.dictionary(fc.string({ maxLength: 8 }).filter((name) => name !== '__proto__'), text, { maxKeys: 3 }),
    conversation: text,
    content: fc.option(fc.record({ text, html: text, subject: text, language: text, attachments: fc.array(attachment, { maxLength: 2 }) }), { nil: undefined }),
    data: bytes,
    agent: text,
    blob: text,
    rawBlob: text,
  })
  .map((fields) => create(BodySchema, fields));

const envelope = fc
  .record({
    ...{ id: text, type: text, typeVersion: small, tenant: text, account: text, channel: text, direction: small, key: bytes, conversation: bytes },
    ...{ relatesTo: text, claimedAt: ms, occurredAt: ms, acceptedAt: ms, dataClass: small, commitment: bytes, revises: text, normaliserVersion: small },
    ...{ producer: text, producerVersion: text, causation: text, causationDepth: small, trace: text, provider: text, bodyTells: small, bodyRulesVersion: small },
    providerSequence: fc.bigInt({ min: -(1n << 62n), max: 1n << 62n }),
  })
  .map((fields) => create(EnvelopeSchema, fields));

const hex = (written: Uint8Array) => Buffer.from(written).toString('hex');

describe('events written field by field', () => {
  it('are the bytes that the contracts say, for every body', () => {
    fc.assert(fc.property(body, (given) => expect(hex(writeBody(given))).toBe(hex(toBinary(BodySchema, given)))));
  });

  it('are the bytes that the contracts say, for every envelope', () => {
    fc.assert(fc.property(envelope, (given) => expect(hex(writeEnvelope(given))).toBe(hex(toBinary(EnvelopeSchema, given)))));
  });

  it.each(['\ud800', 'a\udc00b', '\ud83d'.repeat(50)])('take what UTF-8 cannot carry as the contracts do: %j', (agent) => {
    const given = create(BodySchema, { agent });
    expect(hex(writeBody(given))).toBe(hex(toBinary(BodySchema, given)));
  });

  it('know every field there is', () => {
    const filled = (fields: readonly { number: number }[]) => fields.map(({ number }) => number).sort((a, b) => a - b);
    const one = create(BodySchema, { salt: Buffer.of(1), identities: [{}], parties: [{}], providerIds: { a: 'b' }, conversation: 'c', content: {}, data: Buffer.of(1), agent: 'a', blob: 'b', rawBlob: 'r' });
    expect(fromBinary(BodySchema, writeBody(one))).toEqual(one);
    expect([filled(BodySchema.fields).at(-1), filled(EnvelopeSchema.fields).at(-1)]).toEqual([10, 26]);
  });
});

/** As an envelope reads, or that it does not. */
function outcome(read: () => object): unknown {
  try {
    return { ...read(), $unknown: undefined };
  } catch {
    return 'refused';
  }
}

describe('envelopes read field by field', () => {
  const same = (bytes: Uint8Array) => expect(outcome(() => readEnvelope(bytes))).toEqual(outcome(() => fromBinary(EnvelopeSchema, bytes)));

  it('are what the contracts say, for every envelope', () => {
    fc.assert(fc.property(envelope, (given) => same(writeEnvelope(given))));
  });

  it('are so for bytes of every kind, also where they are no envelope', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => same(bytes)));
  });

  it('are so where a byte of an envelope is another one, or its end is missing', () => {
    const damaged = fc.tuple(envelope, fc.nat(), fc.nat(255), fc.nat(3));
    fc.assert(
      fc.property(damaged, ([given, place, byte, less]) => {
        const bytes = writeEnvelope(given);
        if (bytes.length > 0) bytes[place % bytes.length] = byte;
        same(bytes.subarray(0, Math.max(0, bytes.length - less)));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['0a03efbbbf', '1880808080808080808001', '18ffffffffffffffffff01', '3880808080f0ffffffff01', 'b80bff', '0a01', 'ca01017f', '0a', '1a'])('are so at the edges: %s', (hexed) => same(Buffer.from(hexed, 'hex')));
});
