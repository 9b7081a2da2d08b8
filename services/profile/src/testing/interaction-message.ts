import type { Message } from '@throughline/bus';
import { formatAccepted, formatIdentity, interactionId, type AcceptedInteraction, type DirectionName } from '@throughline/contracts';
import type { TenantKeys } from '@throughline/vault';

export interface TestInteraction {
  id: string;
  type?: string;
  channel?: string;
  account?: string;
  provider?: string;
  direction?: DirectionName;
  /** Unix ms. */
  at?: number;
  sequence?: number;
  /** `namespace:value`, with a `!` before it where it is vouched for. */
  identities?: string[];
  conversation?: string;
  text?: string;
  language?: string;
  data?: Record<string, unknown>;
  party?: { identity: string; name: string };
  relatesTo?: string;
  revisable?: boolean;
}

export const idOf = (tenant: string, { id, account = 'acc_phone' }: Pick<TestInteraction, 'id' | 'account'>) =>
  interactionId(tenant, account, 'interaction', [id]);

function identityOf(text: string) {
  const verified = text.startsWith('!');
  const [namespace = '', ...value] = text.slice(verified ? 1 : 0).split(':');
  return { namespace, value: value.join(':'), verified };
}

function acceptedOf(tenant: string, interaction: TestInteraction): AcceptedInteraction {
  const { account = 'acc_phone', at = 1_700_000_000_000, identities = ['phone:+14155550100'], text = '', language = '', party, relatesTo } = interaction;
  return {
    id: idOf(tenant, interaction),
    type: interaction.type ?? 'call.ended',
    account,
    channel: interaction.channel ?? 'phone',
    direction: interaction.direction ?? 'inbound',
    provider: interaction.provider ?? 'twilio-voice',
    producer: 'phone',
    producerVersion: '',
    claimedAt: at,
    acceptedAt: at,
    identities: identities.map(identityOf),
    parties: party && [{ role: 'customer', identity: identityOf(party.identity), name: party.name }],
    conversation: interaction.conversation,
    relatesTo: relatesTo && idOf(tenant, { id: relatesTo, account }),
    providerSequence: interaction.sequence,
    content: { text, language },
    data: interaction.data,
    providerIds: { id: interaction.id },
    revisable: interaction.revisable,
  };
}

/** An interaction as a door puts it on the bus. */
export function interactionMessage(keys: TenantKeys, interaction: TestInteraction): Message {
  const accepted = acceptedOf(keys.tenant, interaction);
  const first = accepted.identities[0];
  return {
    topic: 'interactions',
    tenant: keys.tenant,
    partition: 0,
    offset: '0',
    publishedAt: accepted.acceptedAt,
    key: keys.hash('key', first ? formatIdentity(first) : `${accepted.account}|${accepted.conversation}`),
    value: Buffer.from(formatAccepted(accepted)),
    headers: {},
  };
}
