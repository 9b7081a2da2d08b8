import fc from 'fast-check';
import { decide, evolve, initialState, isRefused, LinkSet, MAX_CAUSATION_DEPTH, type NamedIdentity, type ResolveInteraction } from './identity.decider';

const own = (segment: string, verified = false): NamedIdentity => ({ segment, verified });
const vouched = (segment: string) => own(segment, true);
const hint = (segment: string) => own(segment, false);

const interaction = (...identities: NamedIdentity[]): ResolveInteraction => ({ identities, conversation: undefined, causationDepth: 0 });

const given = (...links: [string, string][]) => ({
  when: (command: ResolveInteraction) => ({
    then: (...events: unknown[]) => expect(decide(command, LinkSet.of(links))).toEqual(events),
  }),
});

const placedIn = (segment: string) => ({ type: 'interaction.placed', segment });
const linked = (segment: string, peer: string) => ({ type: 'identity.linked', segment, peer });

describe('where an interaction belongs', () => {
  it('lands with the identity the channel gives, vouched for or not', () => {
    given().when(interaction(own('phone'))).then(placedIn('phone'));
    given().when(interaction(own('phone', true))).then(placedIn('phone'));
  });

  it('lands with the first identity even where a later one is vouched for', () => {
    given(['visitor', 'email']).when(interaction(own('visitor'), vouched('email'))).then(placedIn('visitor'));
  });

  it('lands with the conversation where the customer withheld who she is', () => {
    given().when({ ...interaction(), conversation: 'thread' }).then(placedIn('thread'));
  });

  it('lands with the identity and not the conversation where there are both', () => {
    given().when({ ...interaction(own('phone')), conversation: 'thread' }).then(placedIn('phone'));
  });

  it('is refused where neither a customer nor a conversation is named', () => {
    expect(decide(interaction(), initialState)).toEqual({ refused: 'nobody-named' });
  });
});

describe('who is linked with whom', () => {
  it('links what a credential vouches for with the identity the channel gives', () => {
    given().when(interaction(own('visitor'), vouched('email'))).then(placedIn('visitor'), linked('visitor', 'email'));
  });

  it('links nobody by an unverified claim', () => {
    given().when(interaction(own('visitor'), hint('email'))).then(placedIn('visitor'));
  });

  it('links nobody by an unverified claim even where the own identity is vouched for', () => {
    given().when(interaction(own('visitor', true), hint('email'))).then(placedIn('visitor'));
  });

  it('links each vouched-for identity with the own one, and passes over the hints between them', () => {
    given()
      .when(interaction(own('visitor'), vouched('email'), hint('phone'), vouched('crm')))
      .then(placedIn('visitor'), linked('visitor', 'email'), linked('visitor', 'crm'));
  });

  it('links a pair once each way: the other way round vouches for the other one', () => {
    given(['visitor', 'email']).when(interaction(own('visitor'), vouched('email'))).then(placedIn('visitor'));
    given(['email', 'visitor']).when(interaction(own('visitor'), vouched('email'))).then(placedIn('visitor'), linked('visitor', 'email'));
  });

  it('links a pair of one customer anew where it was linked by way of others only', () => {
    given(['visitor', 'crm'], ['crm', 'email']).when(interaction(own('visitor'), vouched('email'))).then(placedIn('visitor'), linked('visitor', 'email'));
  });

  it('does not link an identity with itself, nor twice with one named twice', () => {
    given().when(interaction(own('email'), vouched('email'))).then(placedIn('email'));
    given().when(interaction(own('visitor'), vouched('email'), vouched('email'))).then(placedIn('visitor'), linked('visitor', 'email'));
  });

  it('links nobody at the end of a long chain of causes', () => {
    given().when({ ...interaction(own('visitor'), vouched('email')), causationDepth: MAX_CAUSATION_DEPTH }).then(placedIn('visitor'));
  });

  const identity = fc.record({ segment: fc.constantFrom('a', 'b', 'c', 'd', 'e'), verified: fc.boolean() });
  const interactions = fc.array(fc.array(identity, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

  const pairsAfter = (batch: readonly (readonly NamedIdentity[])[]) => {
    let links = initialState;
    const pairs: string[] = [];
    for (const identities of batch) {
      const events = decide(interaction(...identities), links);
      if (isRefused(events)) throw new Error('refused');
      links = events.reduce(evolve, links);
      pairs.push(...events.flatMap((event) => (event.type === 'identity.linked' ? [`${event.segment}|${event.peer}`] : [])));
    }
    return pairs.sort();
  };

  it('ends with the same links whatever the order of arrival, each made once each way', () => {
    const shuffled = interactions.chain((batch) => fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: batch.length })));
    fc.assert(
      fc.property(shuffled, ([batch, other]) => {
        const pairs = pairsAfter(batch);
        expect(pairs).toEqual(pairsAfter(other));
        expect(new Set(pairs).size).toBe(pairs.length);
      }),
    );
  });

  it('never links by what nobody vouched for', () => {
    const hints = interactions.map((batch) => batch.map(([first, ...others]) => [first!, ...others.map((other) => ({ ...other, verified: false }))]));
    fc.assert(fc.property(hints, (batch) => expect(pairsAfter(batch)).toEqual([])));
  });
});
