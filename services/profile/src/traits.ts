import { Direction, formatIdentity, type Body, type Envelope } from '@throughline/contracts';

/** Which event says something, and when it was said. */
export interface TraitSource {
  /** Event id. */
  source: string;
  /** Unix ms: when it was said. */
  at: number;
  /** The provider's order within that ms. */
  sequence: number;
}

/** What is known of a customer, with the event that says so. */
export interface Trait extends TraitSource {
  value: string;
}

export const TRAIT_NAMES = ['name', 'language'] as const;
export type TraitName = (typeof TRAIT_NAMES)[number];
/** Of some traits the word of each. */
export type Told<T extends TraitSource = TraitSource> = Partial<Record<TraitName, T>>;
export type Traits = Told<Trait>;

/** BCP 47, loosely: what is longer or stranger is no language. */
const LANGUAGE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

/** What an event says of the customer. What the business says tells nothing of her. */
export function traitsOf(envelope: Envelope, body: Body): Traits {
  if (envelope.direction === Direction.OUTBOUND) return {};
  const said = { source: envelope.id, at: Number(envelope.occurredAt), sequence: Number(envelope.providerSequence) };
  const [name, language] = [nameIn(body), languageIn(body)];
  return { ...(name && { name: { value: name, ...said } }), ...(language && { language: { value: language, ...said } }) };
}

/** The later word wins, by the order of the timeline, so every order of arrival ends in the same traits. */
export function foldTraits<T extends TraitSource>(a: Told<T>, b: Told<T>): Told<T> {
  const folded: Told<T> = { ...a };
  for (const name of TRAIT_NAMES) {
    const trait = b[name];
    if (trait && isLater(trait, a[name])) folded[name] = trait;
  }
  return folded;
}

/** By the order of the timeline. */
export function isLater(trait: TraitSource, than: TraitSource | undefined): boolean {
  if (!than) return true;
  if (trait.at !== than.at) return trait.at > than.at;
  if (trait.sequence !== than.sequence) return trait.sequence > than.sequence;
  return trait.source > than.source;
}

function languageIn(body: Body): string | undefined {
  const language = body.content?.language ?? '';
  return LANGUAGE.test(language) && language.length <= 35 ? language : undefined;
}

/** The name of her profile at the provider, else the one beside her own identity among the parties. */
function nameIn(body: Body): string | undefined {
  const name = profileName(body.data) ?? partyName(body);
  const clean = name?.normalize('NFC').trim();
  return clean && clean.length <= 200 ? clean : undefined;
}

/** Most data tell none, and reading JSON is dear. It is written canonically (RFC 8785): a name of letters stands there as it is. */
function profileName(data: Uint8Array): string | undefined {
  if (!Buffer.from(data.buffer, data.byteOffset, data.length).includes('"profileName"')) return undefined;
  const json = readData(data);
  return typeof json.profileName === 'string' ? json.profileName : undefined;
}

function partyName(body: Body): string | undefined {
  const own = body.identities[0];
  if (!own) return undefined;
  const text = formatIdentity(own);
  return body.parties.find((party) => party.name !== '' && party.identity && formatIdentity(party.identity) === text)?.name;
}

/** The data of a body as JSON object; what is none counts as empty. */
export function readData(data: Uint8Array): Record<string, unknown> {
  if (data.length === 0) return {};
  const json: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {};
}
