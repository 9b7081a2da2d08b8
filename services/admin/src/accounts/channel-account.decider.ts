import { domainToUnicode } from 'node:url';
import { wellFormed, type FieldError } from '@throughline/contracts';

/** What a tenant says of one of its endpoints at a provider. */
export interface AccountDetails {
  id: string;
  provider: string;
  channel: string;
  address: string;
  secrets: Record<string, string>;
  settings: Record<string, unknown>;
}

/** A merge patch (RFC 7396) one level deep: null takes a name away, what is not named stays. */
export interface AccountPatch {
  channel?: string | null;
  address?: string | null;
  secrets?: Record<string, string | null> | null;
  settings?: Record<string, unknown> | null;
}

const MAX_SETTINGS_CHARS = 16_384;
const MAX_SECRETS = 20;
const MAX_SECRET_CHARS = 4_096;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,49}$/;

const merged = <T>(before: Record<string, T>, changes: Record<string, T | null> | null | undefined) =>
  Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null)) as Record<string, T>;

/** The account after the patch. */
export function patched(account: AccountDetails, patch: AccountPatch): AccountDetails {
  const channel = patch.channel === undefined ? account.channel : (patch.channel ?? '');
  const address = normalAddress({ ...account, channel }, patch.address === undefined ? account.address : (patch.address ?? ''));
  return { ...account, channel, address, secrets: merged(account.secrets, patch.secrets), settings: merged(account.settings, patch.settings) };
}

/** The one written form of an address: a mailbox in lower case, its domain in Unicode; everything else as the provider writes it. */
export const normalAddress = (account: Pick<AccountDetails, 'provider' | 'channel'>, address: string) =>
  namesMailbox(account) ? normalMailbox(address.trim().toLowerCase()) : address.trim();

/** Mail finds its account by the provider, whatever channel that is open to. */
const namesMailbox = ({ provider, channel }: Pick<AccountDetails, 'provider' | 'channel'>) => provider === 'smtp' || channel === 'email';

/** Two spellings of a domain (`xn--...`) name one mailbox, which may be one tenant's only. What is no domain stays as it is. */
function normalMailbox(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = at > 0 && domainToUnicode(address.slice(at));
  return domain ? address.slice(0, at) + domain : address;
}

const HALF = 'Half a surrogate pair is no text.';

/** What is wrong with the address, the secrets and settings; empty where nothing is. No secret is ever repeated. */
export function accountErrors({ address, secrets, settings }: Pick<AccountDetails, 'address' | 'secrets' | 'settings'>): FieldError[] {
  const names = Object.keys(secrets);
  const errors = names.flatMap((name) => secretErrors(name, secrets[name]));
  if (names.length > MAX_SECRETS) errors.push({ pointer: '/secrets', code: 'count', detail: `At most ${MAX_SECRETS} secrets.` });
  if (!address.isWellFormed()) errors.push({ pointer: '/address', code: 'text', detail: HALF });
  return [...errors, ...settingsErrors(settings)];
}

function settingsErrors(settings: AccountDetails['settings']): FieldError[] {
  const json = JSON.stringify(settings);
  if (json.length > MAX_SETTINGS_CHARS) return [{ pointer: '/settings', code: 'size', detail: `At most ${MAX_SETTINGS_CHARS} characters of JSON.` }];
  if (JSON.stringify(wellFormed(settings)) !== json) return [{ pointer: '/settings', code: 'text', detail: HALF }];
  return [];
}

function secretErrors(name: string, value: unknown): FieldError[] {
  // The name is not repeated either: a caller who mixes up name and value must not find the value in a log.
  if (!NAME.test(name)) return [{ pointer: '/secrets', code: 'name', detail: 'A secret is named by 1 to 50 letters, digits and "_".' }];
  const good = typeof value === 'string' && value.length > 0 && value.length <= MAX_SECRET_CHARS;
  return good ? [] : [{ pointer: `/secrets/${name}`, code: 'secret', detail: `A text of 1 to ${MAX_SECRET_CHARS} characters.` }];
}
