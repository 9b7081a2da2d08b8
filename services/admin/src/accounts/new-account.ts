import { randomBytes } from 'node:crypto';
import { normalAddress, type AccountDetails } from './channel-account.decider';
import type { CreateAccount } from './accounts.contract';

/** Names a web site's chat in public: not a secret, but nothing anybody could guess. */
export const newSiteKey = () => `site_${randomBytes(18).toString('base64url')}`;

/** The account that a request asks for: an id where it gives none, and a web chat's site key. */
export function newAccount(request: CreateAccount): AccountDetails {
  const { provider, settings, secrets } = request;
  const channel = request.channel ?? '';
  const address = request.address || (provider === 'web-chat' ? newSiteKey() : '');
  const id = request.id ?? `acc_${randomBytes(12).toString('hex')}`;
  return { id, provider, channel, address: normalAddress({ provider, channel }, address), secrets: secrets ?? {}, settings: settings ?? {} };
}
