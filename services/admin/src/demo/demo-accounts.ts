import type { AccountDetails } from '../accounts/channel-account.decider';

/** An account of the demo tenant; `secrets` are the names it must have. */
export interface DemoAccount extends Omit<AccountDetails, 'secrets' | 'settings'> {
  secrets: readonly string[];
}

/** Numbers of Twilio's test range; the whatsapp address is a phone number id as Meta writes them. The site key is made at random. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { id: 'acc_phone', provider: 'twilio-voice', channel: 'phone', address: '+15005550006', secrets: ['secret'] },
  { id: 'acc_sms', provider: 'twilio-messaging', channel: 'sms', address: '+15005550010', secrets: ['secret'] },
  { id: 'acc_whatsapp', provider: 'whatsapp', channel: 'social', address: '106540352242922', secrets: ['secret', 'verifyToken'] },
  { id: 'acc_email', provider: 'smtp', channel: 'email', address: 'support@demo.example', secrets: ['secret'] },
  { id: 'acc_site', provider: 'web-chat', channel: 'web-chat', address: '', secrets: ['secret'] },
  { id: 'acc_api', provider: 'generic', channel: '', address: '', secrets: [] },
];

/** Any port of this machine, for pages under development. */
const LOCAL_ORIGINS = ['http://localhost:*', 'https://localhost:*', 'http://127.0.0.1:*'];

/** The account's settings for this address of ours; what an operator set besides stays. */
export function demoSettings(id: string, publicUrl: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  if (id === 'acc_api') return { defaultChannel: 'self-service', ...before };
  if (id !== 'acc_site') return before;
  const known = Array.isArray(before.origins) ? (before.origins as string[]) : [];
  return { ...before, origins: [...new Set([...known, ...LOCAL_ORIGINS, new URL(publicUrl).origin])] };
}
