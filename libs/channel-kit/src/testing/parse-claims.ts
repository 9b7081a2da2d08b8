import { ThroughlineError, TYPE_PATTERN, type Interaction } from '@throughline/contracts';
import fc from 'fast-check';
import type { ParseResult, RawRequest } from '../adapter.contract';
import type { AdapterContract, Delivery } from './adapter-contract';
import { post, webhookUrl } from './sample';

const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const LATER = new Date('2031-01-01T00:00:00.000Z');

export function parseClaims({ adapter, account }: AdapterContract, deliveries: readonly Delivery[]): void {
  const parse = (request: RawRequest, receivedAt: Date) => adapter.parse(request, account, receivedAt);

  it.each(deliveries.map((delivery) => [delivery.sample.name, delivery] as const))('makes the expected interactions of: %s', (_, { sample, request }) => {
    const result = parse(request, new Date(sample.receivedAt));
    expect(result.interactions).toEqual(sample.interactions);
    expect(result.unparsed.map(({ pointer }) => pointer)).toEqual(sample.unparsed ?? []);
  });
  it('gives the same for the same, twice', () =>
    deliveries.forEach(({ sample, request }) => expect(parse(request, new Date(sample.receivedAt))).toEqual(parse(request, new Date(sample.receivedAt)))));
  it('leaves the request as it was', () =>
    deliveries.forEach(({ sample, request }) => {
      const before = structuredClone({ ...request, query: `${request.query}` });
      parse(request, new Date(sample.receivedAt));
      expect({ ...request, query: `${request.query}` }).toEqual(before);
    }));
  it('changes nothing but the fallback time on redelivery', () =>
    deliveries.forEach(({ sample, request }) => expect(timeless(parse(request, LATER))).toEqual(timeless({ ...sample, unparsed: [] }))));
  it('makes well-formed interactions of every sample', () =>
    deliveries.forEach(({ sample, request }) => parse(request, new Date(sample.receivedAt)).interactions.forEach((made) => wellFormed(made, adapter.proves))));
  it('throws nothing but `malformed`, and makes nothing but well-formed interactions, of any input', () => anyInput(parse, deliveries, adapter.provider, adapter.proves));
}

const timeless = ({ interactions }: Pick<ParseResult, 'interactions'> & { unparsed: unknown }) =>
  interactions.map(({ occurredAt: _, ...interaction }) => interaction);

function wellFormed(interaction: Interaction, proves: readonly string[]): void {
  expect(interaction.kind).not.toBe('');
  expect(interaction.tuple.length).toBeGreaterThan(0);
  interaction.tuple.forEach((part) => expect(String(part)).not.toBe(''));
  expect(interaction.type).toMatch(TYPE_PATTERN);
  expect(interaction.occurredAt).toMatch(RFC3339_UTC);
  expect(Number.isNaN(Date.parse(interaction.occurredAt))).toBe(false);
  // Somebody, or at least a thread, must be named: else nothing says where it belongs.
  expect(interaction.identities.length + (interaction.conversation?.length ?? 0)).toBeGreaterThan(0);
  interaction.identities.filter(({ verified }) => verified).forEach(({ namespace }) => expect(proves).toContain(namespace));
}

/** Bytes, JSON, forms, and samples with a leaf replaced by any JSON. */
function anyInput(parse: (request: RawRequest, at: Date) => ParseResult, deliveries: readonly Delivery[], provider: string, proves: readonly string[]): void {
  const url = webhookUrl(provider, 'acc');
  const contentType = fc.constantFrom('application/json', 'application/x-www-form-urlencoded');
  const body = fc.oneof(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), fc.json().map((text) => Buffer.from(text)), damaged(deliveries));
  fc.assert(
    fc.property(contentType, body, (type, bytes) => {
      resultOrMalformed(() => parse(post(url, type, bytes), LATER)).interactions.forEach((made) => wellFormed(made, proves));
    }),
    { numRuns: 500 },
  );
}

function damaged(deliveries: readonly Delivery[]): fc.Arbitrary<Buffer> {
  return fc.tuple(fc.constantFrom(...deliveries), fc.nat(), fc.json({ maxDepth: 2 })).map(([{ request }, at, json]) => {
    const text = request.body.toString();
    const values = [...text.matchAll(/"[^"]*"|(?<==)[^&]*/g)];
    const hit = values[at % Math.max(values.length, 1)];
    return Buffer.from(hit ? text.slice(0, hit.index) + json + text.slice(hit.index + hit[0].length) : json);
  });
}

function resultOrMalformed(parse: () => ParseResult): ParseResult {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ThroughlineError && error.slug === 'malformed') return { interactions: [], unparsed: [] };
    throw error;
  }
}
