import { randomUUID } from 'node:crypto';
import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { formatAccepted, formatIdentity, interactionId, wellFormed, type AcceptedInteraction, type FieldError, type Interaction } from '@throughline/contracts';
import type { TenantKeys, Vault } from '@throughline/vault';
import type { Account, Directory, Door, DoorItem, DoorOutcome, DoorRequest } from '../runtime.contract';
import { admit, type Admitted } from './admission';
import { tooDeep } from './depth';
import { allExact, allFinite, rounded } from './numbers';
import { INLINE_LIMIT, putSealed } from './sealed-body';

export interface DoorParts {
  bus: Pick<Bus, 'publish'>;
  vault: Pick<Vault, 'forTenant'>;
  blobs: BlobStore;
  directory: Pick<Directory, 'tenant'>;
  clock: () => Date;
  version: string;
}

/** What an interaction's acceptance rests on, the same for all that are accepted together. */
interface Acceptance {
  keys: TenantKeys;
  region: string | undefined;
  /** Unix ms. */
  now: number;
}

/** The message of an accepted interaction, and what names it where its body must lie elsewhere. */
interface Outward extends Pick<AcceptedInteraction, 'id' | 'account'> {
  message: OutgoingMessage;
}

/** Of one kind, for one interaction. */
const MAX_WARNINGS = 10;

type Ready = { outcome: DoorOutcome; outward?: Outward };

export class BusDoor implements Door {
  constructor(private readonly parts: DoorParts) {}

  accept(request: DoorRequest, interactions: readonly Interaction[]): Promise<DoorOutcome[]> {
    return this.acceptEach(request.account.tenant, interactions.map((interaction) => ({ request, interaction })));
  }

  async acceptEach(tenant: string, items: readonly DoorItem[]): Promise<DoorOutcome[]> {
    const keys = await this.parts.vault.forTenant(tenant);
    const region = this.parts.directory.tenant(tenant)?.region || undefined;
    const acceptance = { keys, region, now: this.parts.clock().getTime() };
    const ready = items.map((item) => this.prepare(item, acceptance));
    const outward = ready.flatMap(({ outward }) => (outward ? [outward] : []));
    if (outward.length > 0) await this.parts.bus.publish('interactions', await this.keepLarge(keys, outward));
    return ready.map(({ outcome }) => outcome);
  }

  async again(tenant: string, accepted: AcceptedInteraction): Promise<void> {
    const keys = await this.parts.vault.forTenant(tenant);
    await this.parts.bus.publish('interactions', await this.keepLarge(keys, [outwardOf(accepted, keys)]));
  }

  async keepRaw(tenant: string, raw: Uint8Array): Promise<string> {
    const keys = await this.parts.vault.forTenant(tenant);
    const blob = randomUUID();
    await putSealed(keys, this.parts.blobs, { blob, id: blob, purpose: 'raw' }, raw);
    return blob;
  }

  /** No promise in here: a thousand interactions would wait a thousand turns. */
  private prepare(item: DoorItem, acceptance: Acceptance): Ready {
    const { request, interaction: given } = item;
    const unkeepable = unkeepableErrors(given);
    if (unkeepable.length > 0) return { outcome: { status: 'rejected', errors: unkeepable } };
    const channelErrors = checkChannel(given, request);
    const admitted = admit(given, { region: acceptance.region, mayVouch: request.mayVouch });
    if ('errors' in admitted) return { outcome: { status: 'rejected', errors: [...channelErrors, ...admitted.errors] } };
    if (channelErrors.length > 0) return { outcome: { status: 'rejected', errors: channelErrors } };
    const accepted = this.accepted(item, admitted, acceptance);
    return { outcome: { status: 'accepted', interactionId: accepted.id, warnings: [...admitted.warnings, ...numberWarnings(given)] }, outward: outwardOf(accepted, acceptance.keys) };
  }

  private accepted({ interaction, request }: DoorItem, admitted: Admitted, { now }: Acceptance): AcceptedInteraction {
    const { account, provider, service, trace } = request;
    const { type, direction, conversation, providerSequence, content, data, agent, providerIds, rawBlob, revisable } = interaction;
    return {
      id: idOf(account, interaction),
      type,
      account: account.id,
      channel: channelOf(interaction, request),
      direction,
      provider,
      producer: service,
      producerVersion: this.parts.version,
      claimedAt: admitted.claimedAt,
      acceptedAt: now,
      identities: admitted.identities,
      parties: admitted.parties.length > 0 ? admitted.parties : undefined,
      conversation,
      relatesTo: relatedId(account, interaction),
      providerSequence,
      content,
      data,
      agent,
      providerIds,
      rawBlob,
      revisable,
      trace,
    };
  }

  /** What is over 256 KiB is durably in the blob store before the message that names it. */
  private async keepLarge(keys: TenantKeys, outward: readonly Outward[]): Promise<readonly OutgoingMessage[]> {
    if (!outward.some(isLarge)) return outward.map(({ message }) => message);
    return Promise.all(outward.map(async (one) => (isLarge(one) ? this.keepInBlob(keys, one) : one.message)));
  }

  private async keepInBlob(keys: TenantKeys, { id, account, message }: Outward): Promise<OutgoingMessage> {
    const blob = randomUUID();
    await putSealed(keys, this.parts.blobs, { blob, id, purpose: 'epoch' }, message.value);
    return { ...message, value: Buffer.from(formatAccepted({ id, account, blob })) };
  }
}

const isLarge = ({ message }: Outward) => message.value.length > INLINE_LIMIT;

/** The id an interaction has for ever. */
const idOf = (account: Pick<Account, 'id' | 'tenant'>, { kind, tuple }: Pick<Interaction, 'kind' | 'tuple'>) => interactionId(account.tenant, account.id, kind, tuple);

/** Id of the interaction this one refers to. */
const relatedId = (account: Account, { relatesTo, relatesToId }: Interaction) => relatesToId ?? (relatesTo && idOf(account, relatesTo));

function outwardOf(accepted: AcceptedInteraction, keys: TenantKeys): Outward {
  const { id, account, trace } = accepted;
  const value = Buffer.from(keepable(formatAccepted(accepted)));
  return { id, account, message: { tenant: keys.tenant, key: partitionKey(keys, accepted), value, ...(trace && { headers: { traceparent: trace } }) } };
}

/** JSON writes a lone surrogate as `\ud..`: UTF-8 cannot carry one, nor canonical JSON or protobuf take it. Hardly any text has the letters, and looking for them takes a tenth of the expression's time. */
const keepable = (text: string) => (text.includes('\\ud') && /\\ud[89a-f]/.test(text) ? formatAccepted(wellFormed(JSON.parse(text) as AcceptedInteraction)) : text);

/** Order is kept per customer-side identity, whichever direction; without one per conversation. */
function partitionKey(keys: TenantKeys, { identities, account, conversation }: AcceptedInteraction): Buffer {
  const first = identities[0];
  return keys.hash('key', first ? formatIdentity(first) : `${account}|${conversation}`);
}

/** Of what is kept, though not as it was sent. */
const numberWarnings = ({ data }: Interaction) => (data === undefined || allExact(data) ? [] : rounded(data, '/data').take(MAX_WARNINGS).toArray());

/** What no canonical JSON can hold. Only `data` can: every other field has a form. */
function unkeepableErrors({ data }: Interaction): FieldError[] {
  if (data === undefined) return [];
  if (tooDeep(data)) return [{ pointer: '/data', code: 'depth', detail: 'Nested too deep.' }];
  return allFinite(data) ? [] : [{ pointer: '/data', code: 'number', detail: 'A number is too large to be kept.' }];
}

const channelOf = (interaction: Interaction, { account, channel }: DoorRequest) => account.channel || interaction.channel || channel || '';

/** The account's channel is the interaction's; only an account open to several lets the interaction say. */
function checkChannel(interaction: Interaction, request: DoorRequest): FieldError[] {
  const [{ channel }, { account }] = [interaction, request];
  if (account.channel && channel && channel !== account.channel) {
    return [{ pointer: '/channel', code: 'channel', detail: "The account's channel is another one." }];
  }
  if (!channelOf(interaction, request)) return [{ pointer: '/channel', code: 'required', detail: 'The account is open to several channels: say which.' }];
  return [];
}
