import { createHmac } from 'node:crypto';
import { equalConstantTime } from './constant-time';

/** Value of `X-Hub-Signature-256` over these bytes: `sha256=` and the HMAC in lower-case hex (W3C WebSub 8.1; Meta, "Validate payloads"). */
export const hubSignature = (secret: string, body: Buffer) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** True where the header fits the raw bytes. False without a secret or a header; never throws. */
export function verifyHubSignature(secret: string | undefined, body: Buffer, header: string | undefined): boolean {
  return Boolean(secret) && equalConstantTime(hubSignature(secret!, body), header);
}

/**
 * The challenge to echo where a GET subscribes with the right token (W3C WebSub 5.3; Meta, "Verification requests"), else undefined.
 * Duplicated parameters are refused: which of two a reader takes must not decide.
 */
export function hubChallenge(query: URLSearchParams, verifyToken: string | undefined): string | undefined {
  const one = (name: string) => (query.getAll(name).length === 1 ? query.get(name)! : undefined);
  const subscribes = one('hub.mode') === 'subscribe';
  return equalConstantTime(verifyToken, one('hub.verify_token')) && subscribes ? one('hub.challenge') : undefined;
}
