import { create } from '@bufbuild/protobuf';
import { BodySchema, Direction, EnvelopeSchema, type Body, type Envelope } from '@throughline/contracts';
import fc from 'fast-check';
import { appendedEvent } from './appended-event';
import { BODY_RULES_VERSION, readTells, sayTells, tellsOf } from './body-tells';
import { traitsOf } from './traits';

const PLACE = { position: { generation: 1, xid: 1n, n: 1n }, recordedAt: 1 };

const body = fc
  .record({ verified: fc.boolean(), profileName: fc.constantFrom(undefined, 'Ann', ' '), language: fc.constantFrom('', 'de', 'no language') })
  .map(({ verified, profileName, language }) =>
    create(BodySchema, { identities: [{ namespace: 'phone', value: '+14155550100', verified }], data: Buffer.from(JSON.stringify({ profileName })), content: { language } }),
  );
const envelope = fc
  .record({ direction: fc.constantFrom(Direction.INBOUND, Direction.OUTBOUND), occurredAt: fc.bigInt({ min: 0n, max: 9n }) })
  .map((fields) => create(EnvelopeSchema, { id: '4e6ad8f5-0000-5000-8000-000000000001', ...fields }));

const said = (given: Envelope, told: Body) => sayTells(told, traitsOf(given, told));

describe('what an envelope says that its body tells', () => {
  it('is what the body tells', () => {
    fc.assert(fc.property(envelope, body, (given, told) => expect(tellsOf({ ...given, ...said(given, told) })).toEqual(readTells(told, traitsOf(given, told)))));
  });

  it('folds as the body does', () => {
    fc.assert(
      fc.property(envelope, body, (given, told) => {
        const { body: _, envelope: __, ...unopened } = appendedEvent({ segment: 's', envelope: { ...given, ...said(given, told) }, body: undefined }, PLACE);
        expect(appendedEvent({ segment: 's', envelope: given, body: told }, PLACE)).toMatchObject(unopened);
      }),
    );
  });

  it.each([0, BODY_RULES_VERSION + 1])('is not believed by the rules of version %d', (bodyRulesVersion) => {
    expect(tellsOf({ bodyTells: 7, bodyRulesVersion })).toBeUndefined();
  });

  it('is nothing where nobody looked and the body is gone', () => {
    expect(appendedEvent({ segment: 's', envelope: create(EnvelopeSchema, {}), body: undefined }, PLACE)).toMatchObject({ verified: false, told: {} });
  });
});
