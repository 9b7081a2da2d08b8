import {
  isRefusal, normaliseIdentity, OWN_TYPES, TYPE_PATTERN,
  type AdmittedIdentity, type AdmittedParty, type FieldError, type IdentityClaim, type Interaction, type NormalIdentity,
} from '@throughline/contracts';

/** An interaction that may come in, with its identities in their one written form. */
export interface Admitted {
  identities: AdmittedIdentity[];
  parties: AdmittedParty[];
  /** Unix ms. */
  claimedAt: number;
  warnings: FieldError[];
}

export interface AdmissionRules {
  /** CLDR region for phone numbers without a country code. */
  region?: string;
  mayVouch: (namespace: string) => boolean;
}

/** What must hold for every interaction, whatever door it came in by; or why it is refused. Pure. */
export function admit(interaction: Interaction, rules: AdmissionRules): Admitted | { errors: FieldError[] } {
  const warnings: FieldError[] = [];
  const claimedAt = Date.parse(interaction.occurredAt);
  const errors = formErrors(interaction, claimedAt);
  const identities: AdmittedIdentity[] = [];
  interaction.identities.forEach((claim, index) => {
    const normal = normaliseIdentity(claim, rules.region);
    if (isRefusal(normal)) errors.push({ pointer: refusedAt(index, normal.code), ...normal });
    else identities.push(vouched(normal, claim, index, rules, warnings));
  });
  if (errors.length > 0) return { errors };
  return { identities, parties: parties(interaction, rules), claimedAt, warnings };
}

/** What RFC 3339 can say in UTC; with an offset it says some hours more. */
const [FIRST, LAST] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

const refusedAt = (index: number, code: string) => `/identities/${index}/${code === 'namespace' ? 'namespace' : 'value'}`;

function formErrors(interaction: Interaction, claimedAt: number): FieldError[] {
  const errors: FieldError[] = [];
  if (!TYPE_PATTERN.test(interaction.type)) errors.push({ pointer: '/type', code: 'type', detail: 'A type is <thing>.<past participle> in lower case.' });
  if (OWN_TYPES.includes(interaction.type)) errors.push({ pointer: '/type', code: 'reserved', detail: 'Only the profile says so, of what it decided.' });
  if (!(claimedAt >= FIRST && claimedAt <= LAST)) errors.push({ pointer: '/occurredAt', code: 'time', detail: 'Not a time (RFC 3339), or not in UTC.' });
  if (interaction.identities.length === 0 && !interaction.conversation) {
    errors.push({ pointer: '/identities', code: 'required', detail: 'Name the customer, or the conversation where she withheld who she is.' });
  }
  return errors;
}

function vouched(normal: NormalIdentity, claim: IdentityClaim, index: number, rules: AdmissionRules, warnings: FieldError[]): AdmittedIdentity {
  const may = claim.verified === true && rules.mayVouch(normal.namespace);
  if (claim.verified && !may) {
    const detail = `The credential may not vouch for ${normal.namespace}: kept as a hint.`;
    warnings.push({ pointer: `/identities/${index}/verified`, code: 'not-vouched', detail });
  }
  return { namespace: normal.namespace, value: normal.value, verified: may };
}

/** Others who took part are told as they are; one whose identity names nobody keeps her role and name. */
function parties(interaction: Interaction, rules: AdmissionRules): AdmittedParty[] {
  return (interaction.parties ?? []).map(({ role, identity, name }) => {
    const normal = normaliseIdentity(identity, rules.region);
    return { role, ...(!isRefusal(normal) && { identity: normal }), ...(name && { name }) };
  });
}
