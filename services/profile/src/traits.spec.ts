import { create } from '@bufbuild/protobuf';
import { BodySchema, Direction, EnvelopeSchema } from '@throughline/contracts';
import fc from 'fast-check';
import { foldTraits, readData, traitsOf, type Traits } from './traits';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const envelope = (direction = Direction.INBOUND) => create(EnvelopeSchema, { id: 'e', occurredAt: 5n, providerSequence: 2n, direction });
const phone = { namespace: 'phone', value: '+14155550100' };

describe('what an event tells of a customer', () => {
  it('is the name of her profile at the provider, with the event that says so', () => {
    const traits = traitsOf(envelope(), create(BodySchema, { data: json({ profileName: ' Ann ' }) }));
    expect(traits).toEqual({ name: { value: 'Ann', source: 'e', at: 5, sequence: 2 } });
  });

  it('is the name beside her own identity among the parties', () => {
    const body = create(BodySchema, {
      identities: [phone],
      parties: [
        { role: 'agent', name: 'Bob' },
        { role: 'customer', identity: phone, name: 'Ann' },
      ],
    });
    expect(traitsOf(envelope(), body).name?.value).toBe('Ann');
  });

  it('is her language', () => expect(traitsOf(envelope(), create(BodySchema, { content: { language: 'zh-Hant' } })).language?.value).toBe('zh-Hant'));

  it.each([
    ['the business says it', Direction.OUTBOUND, { data: json({ profileName: 'Support' }), content: { language: 'en' } }],
    ['the name is empty or no text', Direction.INBOUND, { data: json({ profileName: 7 }) }],
    ['the language is none', Direction.INBOUND, { content: { language: 'klingon or so' } }],
  ])('is nothing where %s', (_, direction, body) => expect(traitsOf(envelope(direction), create(BodySchema, body))).toEqual({}));

  it('takes data that is no object for none', () => {
    expect(readData(json([1]))).toEqual({});
    expect(readData(new Uint8Array())).toEqual({});
  });
});

describe('traits of many events', () => {
  const trait = fc.record({ value: fc.string(), source: fc.uuid(), at: fc.integer({ min: 0, max: 3 }), sequence: fc.integer({ min: 0, max: 2 }) });
  const traits = fc.record({ name: trait, language: trait }, { requiredKeys: [] });
  const told = fc.uniqueArray(traits, { selector: (one) => `${one.name?.source}${one.language?.source}` });

  it('are the same in every order and however often told', () => {
    const shuffled = told.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const folded = list.reduce<Traits>(foldTraits, {});
        expect([...other, ...other].reduce<Traits>(foldTraits, {})).toEqual(folded);
      }),
    );
  });
});
