import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import type { IdentityClaim } from './interaction';

/** Version of the rules below. A newer version adds a link from old hash to new; it never rewrites one. */
export const NORMALISER_VERSION = 1;

/** An identity in its one written form. */
export interface NormalIdentity {
  namespace: string;
  value: string;
}

/** Why a claim names nobody: a value, not a surprise. `detail` never repeats the value. */
export interface IdentityRefusal {
  code: 'namespace' | 'empty' | 'too-long' | 'phone' | 'email' | 'characters';
  detail: string;
}

/** `phone`, `email`, `messenger`, `loyalty.shop-2`: lower case words, digits and hyphens, joined by dots. No colon: the first one ends it. */
const NAMESPACE = /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/;
const MAX_VALUE = 512;
/** Callers without a number, as networks write them (fixtures of Twilio, Asterisk and SIP gateways). */
const WITHHELD = /^(anonymous|restricted|unavailable|unknown|private|\+?266696687|\+?86282452253|\+?7378742833|\+?2562533)$/i;

/** True where a phone network says that the caller withheld her number. */
export const isWithheld = (value: string) => WITHHELD.test(value.trim());

/** `namespace:value`, the one text form of an identity. The value may hold colons (`crm:<org>:<id>`), the namespace may not. */
export const formatIdentity = ({ namespace, value }: NormalIdentity) => `${namespace}:${value}`;

/** The claim a text `namespace:value` makes, split at its first colon; undefined where it has none. Not yet normalised. */
export function parseIdentity(text: string): IdentityClaim | undefined {
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { namespace: text.slice(0, colon), value: text.slice(colon + 1) };
}

/**
 * The one written form of a claimed identity, or why it names nobody.
 * - `phone`: E.164. Without a country code the tenant's region is assumed, where it has one. `whatsapp:`, `tel:` and `sip:` prefixes fall away.
 * - `email`: lower case; the domain in its ASCII form (UTS 46). The local part is not folded further: `a.b` and `ab` may be two people.
 * - every other namespace: NFC, outer white space cut, otherwise as given (ids of providers are case-sensitive).
 */
export function normaliseIdentity(claim: IdentityClaim, region = ''): NormalIdentity | IdentityRefusal {
  return claim.namespace === 'phone' ? normalisePhone(claim, region) : normalise(claim, region);
}

/** True where `normaliseIdentity` found that a claim names nobody. */
export const isRefusal = (result: NormalIdentity | IdentityRefusal): result is IdentityRefusal => 'code' in result;

/** Parsing a number takes 20 µs, and the same customers come again and again: by what they wrote. */
const phones = new LRUCache<string, NormalIdentity | IdentityRefusal>({ max: 20_000 });

function normalisePhone(claim: IdentityClaim, region: string): NormalIdentity | IdentityRefusal {
  // A longer one is hardly a number, and not worth the memory.
  if (claim.value.length > MAX_VALUE) return normalise(claim, region);
  const name = `${region}|${claim.value}`;
  const known = phones.get(name);
  if (known) return known;
  const normal = normalise(claim, region);
  phones.set(name, normal);
  return normal;
}

function normalise(claim: IdentityClaim, region: string): NormalIdentity | IdentityRefusal {
  const namespace = claim.namespace.trim().toLowerCase();
  if (namespace.length > 100 || !NAMESPACE.test(namespace)) return { code: 'namespace', detail: 'A namespace is lower case words joined by dots.' };
  const value = claim.value.normalize('NFC').trim();
  if (value === '') return { code: 'empty', detail: 'The value is empty.' };
  if (value.length > MAX_VALUE) return { code: 'too-long', detail: `The value has more than ${MAX_VALUE} characters.` };
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return { code: 'characters', detail: 'The value holds control characters, or half of one.' };
  if (namespace === 'phone') return parsePhone(value, region);
  if (namespace === 'email') return normaliseEmail(value);
  return { namespace, value };
}

function parsePhone(value: string, region: string): NormalIdentity | IdentityRefusal {
  const bare = value.replace(/^(whatsapp|tel|sip|sips):/i, '').replace(/@.*$/, '');
  const number = parsePhoneNumberFromString(bare, region ? { defaultCountry: region as CountryCode } : undefined);
  // "Possible", not "valid": number plans grow faster than the library's tables.
  if (!number?.isPossible()) return { code: 'phone', detail: 'Not a phone number in international form (E.164, "+" first).' };
  return { namespace: 'phone', value: number.number };
}

function normaliseEmail(value: string): NormalIdentity | IdentityRefusal {
  const at = value.lastIndexOf('@');
  const domain = at < 1 ? '' : asciiDomain(value.slice(at + 1));
  const local = value.slice(0, Math.max(at, 0));
  if (domain === '' || /[\s<>@,;]/.test(local) || local.length > 64) return { code: 'email', detail: 'Not an e-mail address (local@domain).' };
  return { namespace: 'email', value: `${local.toLowerCase()}@${domain}` };
}

/** The domain's ASCII form (UTS 46, as WHATWG URL applies it), or '' where it is no domain. */
function asciiDomain(domain: string): string {
  if (!/^[^\s/?#@:\\[\]%]+\.?$/u.test(domain)) return '';
  const url = URL.parse(`http://${domain.replace(/\.$/, '')}/`);
  return url?.hostname ?? '';
}
