import { create, toBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { BodySchema, DataClass, Direction, EnvelopeSchema, formatIdentity, interactionId, RecordSchema } from '@throughline/contracts';
import { commitment, randomSalt, type TenantKeys } from '@throughline/vault';

export interface TestInteraction {
  id: string;
  type?: string;
  channel?: string;
  account?: string;
  provider?: string;
  direction?: Direction;
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

function bodyOf(interaction: TestInteraction) {
  const { identities = ['phone:+14155550100'], conversation = '', text = '', language = '', data, party } = interaction;
  return create(BodySchema, {
    salt: randomSalt(16),
    identities: identities.map(identityOf),
    parties: party ? [{ role: 'customer', identity: identityOf(party.identity), name: party.name }] : [],
    providerIds: { id: interaction.id },
    conversation,
    content: { text, language },
    ...(data && { data: Buffer.from(JSON.stringify(data)) }),
  });
}

/** An interaction as a door puts it on the bus. */
export function interactionMessage(keys: TenantKeys, interaction: TestInteraction): Message {
  const { account = 'acc_phone', channel = 'phone', at = 1_700_000_000_000, conversation = '' } = interaction;
  const body = bodyOf(interaction);
  const plain = toBinary(BodySchema, body);
  const id = idOf(keys.tenant, interaction);
  const envelope = create(EnvelopeSchema, {
    id,
    type: interaction.type ?? 'call.ended',
    typeVersion: 1,
    tenant: keys.tenant,
    account,
    channel,
    direction: interaction.direction ?? Direction.INBOUND,
    key: keys.hash('key', body.identities[0] ? formatIdentity(body.identities[0]) : `${account}|${conversation}`),
    conversation: conversation ? keys.hash('conversation', `${account}|${conversation}`) : Buffer.alloc(0),
    relatesTo: interaction.relatesTo ? idOf(keys.tenant, { id: interaction.relatesTo, account }) : '',
    claimedAt: BigInt(at),
    occurredAt: BigInt(at),
    acceptedAt: BigInt(at),
    dataClass: DataClass.PERSONAL,
    commitment: commitment(id, plain),
    normaliserVersion: 1,
    producer: 'phone',
    providerSequence: BigInt(interaction.sequence ?? 0),
    provider: interaction.provider ?? 'twilio-voice',
  });
  const digest = keys.hash('digest', JSON.stringify({ ...interaction, at: undefined, revisable: undefined }));
  const record = create(RecordSchema, { envelope, body: keys.seal('epoch', id, plain), digest });
  return {
    topic: 'interactions',
    partition: 0,
    offset: '0',
    publishedAt: at,
    key: Buffer.from(envelope.key),
    value: Buffer.from(toBinary(RecordSchema, record)),
    headers: interaction.revisable ? { revisable: '1' } : {},
  };
}
