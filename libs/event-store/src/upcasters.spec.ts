import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary, toJson, type JsonValue } from '@bufbuild/protobuf';
import { BodySchema, EnvelopeSchema, RecordSchema } from '@throughline/contracts';
import { typeVersion, upcastBody, UPCASTERS } from './upcasters';

/** Bytes as a version of an event type was once written, and how they read in the current version. Only `reads` may ever change. */
interface Recorded {
  type: string;
  version: number;
  /** Base64. */
  envelope: string;
  body: string;
  /** The event as it travels. */
  record: string;
  reads: { envelope: JsonValue; body: JsonValue; data: JsonValue };
}

const folder = join(__dirname, 'recorded');
const recorded = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded);
const bytes = (base64: string) => Buffer.from(base64, 'base64');

describe.each(recorded.map((event) => ({ ...event, name: `${event.type}, version ${event.version}` })))('an event written as $name', (event) => {
  const envelope = fromBinary(EnvelopeSchema, bytes(event.envelope));
  const body = fromBinary(BodySchema, bytes(event.body));

  it('reads as it does today', () => {
    expect(toJson(EnvelopeSchema, envelope)).toEqual(event.reads.envelope);
    const current = upcastBody(envelope, body);
    expect(toJson(BodySchema, current)).toEqual(event.reads.body);
    expect(current.data.length === 0 ? null : JSON.parse(Buffer.from(current.data).toString('utf8'))).toEqual(event.reads.data);
  });

  it('is written again with the same bytes, so that chains and commitments hold', () => {
    expect(envelope).toMatchObject({ type: event.type, typeVersion: event.version });
    expect(Buffer.from(toBinary(EnvelopeSchema, envelope))).toEqual(bytes(event.envelope));
    expect(Buffer.from(toBinary(BodySchema, body))).toEqual(bytes(event.body));
    const record = fromBinary(RecordSchema, bytes(event.record));
    expect(Buffer.from(toBinary(EnvelopeSchema, record.envelope!))).toEqual(bytes(event.envelope));
    expect(Buffer.from(toBinary(RecordSchema, record))).toEqual(bytes(event.record));
  });

  it('has the body that its envelope commits to', () => {
    const commitment = hash('sha256', Buffer.concat([Buffer.from(envelope.id), bytes(event.body)]), 'buffer');
    expect(commitment.equals(envelope.commitment)).toBe(true);
  });
});

describe('the upcasters', () => {
  it('have recorded bytes for every version they start from', () => {
    const versions = Object.keys(UPCASTERS).flatMap((type) => Array.from({ length: typeVersion(type) }, (_, index) => `${type}.v${index + 1}`));
    expect(recorded.map(({ type, version }) => `${type}.v${version}`)).toEqual(expect.arrayContaining(versions));
  });
});
