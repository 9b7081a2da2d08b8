import type { Body, Envelope } from '@throughline/contracts';
import { TRAIT_NAMES, type TraitName, type Traits } from './traits';

/**
 * Version of the rules by which a body is read here (`traitsOf`, whether the identity is verified). Raise it when they change: what
 * an envelope says by other rules is not believed, and the body is opened again.
 */
export const BODY_RULES_VERSION = 1;

/** What a body tells that read models hang on. */
export interface BodyTells {
  /** Its own identity is vouched for. */
  verified: boolean;
  traits: readonly TraitName[];
}

/** Never another meaning: they lie in logs. */
const VERIFIED = 1;
const TRAIT_BITS: Record<TraitName, number> = { name: 2, language: 4 };

const NOTHING: BodyTells = { verified: false, traits: [] };

type Said = Pick<Envelope, 'bodyTells' | 'bodyRulesVersion'>;

/** What the envelope says its body tells; undefined where nobody looked, or by other rules. */
export function tellsOf({ bodyTells, bodyRulesVersion }: Said): BodyTells | undefined {
  if (bodyRulesVersion !== BODY_RULES_VERSION) return undefined;
  if (bodyTells === 0) return NOTHING;
  return { verified: (bodyTells & VERIFIED) !== 0, traits: TRAIT_NAMES.filter((trait) => bodyTells & TRAIT_BITS[trait]) };
}

/** As the body says it. @param traits what `traitsOf` finds in it */
export function readTells(body: Body, traits: Traits): BodyTells {
  return { verified: body.identities[0]?.verified === true, traits: TRAIT_NAMES.filter((trait) => traits[trait]) };
}

/** For the envelope of this body. */
export function sayTells(body: Body, told: Traits): Said {
  const { verified, traits } = readTells(body, told);
  const bits = traits.map((trait) => TRAIT_BITS[trait]);
  return { bodyTells: [...bits, verified ? VERIFIED : 0].reduce((sum, bit) => sum | bit, 0), bodyRulesVersion: BODY_RULES_VERSION };
}
