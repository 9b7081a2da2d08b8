import { createHash, createHmac } from 'node:crypto';
import { equalConstantTime, parseForm, type RawRequest } from '@throughline/channel-kit';

/** Base64 of HMAC-SHA1 over the address and the sorted fields (Twilio, "Webhooks security"; the official SDKs sort by UTF-16 and drop repeated values). */
export function twilioSignature(authToken: string, url: string, fields: ReadonlyMap<string, readonly string[]>): string {
  const pairs = [...fields.keys()].sort().flatMap((key) => [...new Set(fields.get(key))].sort().map((value) => key + value));
  return createHmac('sha1', authToken).update(url + pairs.join(''), 'utf8').digest('base64');
}

/**
 * True where `X-Twilio-Signature` fits. A form is signed with its fields; any other body by its SHA-256 in the query
 * (`bodySHA256`), and then the signature covers the address alone. Never throws.
 */
export function verifyTwilio({ url, query, headers, body }: RawRequest, authToken: string | undefined): boolean {
  if (!authToken) return false;
  const hash = query.get('bodySHA256');
  const isForm = /^application\/x-www-form-urlencoded *(;|$)/i.test(headers['content-type'] ?? '');
  if (hash === null && !isForm) return false;
  if (hash !== null && !equalConstantTime(createHash('sha256').update(body).digest('hex'), hash)) return false;
  const fields = hash === null ? parseForm(body) : new Map<string, string[]>();
  return spellings(url).some((spelling) => equalConstantTime(twilioSignature(authToken, spelling, fields), headers['x-twilio-signature']));
}

/** Twilio is not consistent about the port and about quotes in the query, so each spelling of the same address counts. */
function spellings(url: string): string[] {
  const [, scheme, host, port, rest] = /^(https?:\/\/)(\[[^\]]*\]|[^/?#:]*)(:\d+)?(.*)$/is.exec(url) ?? [];
  if (scheme === undefined) return [url];
  const standard = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
  const ports = ['', port ?? standard];
  const rests = [rest!, rest!.replaceAll("'", '%27'), rest!.replaceAll('%27', "'")];
  return [...new Set(ports.flatMap((each) => rests.map((tail) => scheme + host + each + tail)))];
}
