import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { BodySchema, RecordSchema, type FieldError, type Interaction } from '@throughline/contracts';
import { commitment, randomSalt, type TenantKeys, type Vault } from '@throughline/vault';
import type { Directory, Door, DoorOutcome, DoorRequest } from '../runtime.contract';
import { admit, type Admitted } from './admission';
import { buildBody } from './build-body';
import { buildEnvelope, idOf, type Acceptance } from './build-envelope';
import { tooDeep } from './depth';
import { contentDigest } from './digest';
import { allFinite } from './finite';
import { putSealed, sealBody } from './sealed-body';
import { wellFormed } from './well-formed';

export interface DoorParts {
  bus: Pick<Bus, 'publish'>;
  vault: Pick<Vault, 'forTenant'>;
  blobs: BlobStore;
  directory: Pick<Directory, 'tenant'>;
  clock: () => Date;
  version: string;
}

type Ready = { outcome: DoorOutcome; message?: OutgoingMessage };

export class BusDoor implements Door {
  constructor(private readonly parts: DoorParts) {}

  async accept(request: DoorRequest, interactions: readonly Interaction[]): Promise<DoorOutcome[]> {
    const keys = await this.parts.vault.forTenant(request.account.tenant);
    const now = this.parts.clock().getTime();
    const acceptance = { request, keys, now, producerVersion: this.parts.version };
    const ready = await Promise.all(interactions.map((interaction) => this.prepare(interaction, keys, acceptance, request)));
    const messages = ready.flatMap(({ message }) => (message ? [message] : []));
    if (messages.length > 0) await this.parts.bus.publish('interactions', messages);
    return ready.map(({ outcome }) => outcome);
  }

  async keepRaw(tenant: string, raw: Uint8Array): Promise<string> {
    const keys = await this.parts.vault.forTenant(tenant);
    const blob = randomUUID();
    await putSealed(keys, this.parts.blobs, { blob, id: blob, purpose: 'raw' }, raw);
    return blob;
  }

  private async prepare(given: Interaction, keys: TenantKeys, acceptance: Acceptance, request: DoorRequest): Promise<Ready> {
    const unkeepable = unkeepableErrors(given);
    if (unkeepable.length > 0) return { outcome: { status: 'rejected', errors: unkeepable } };
    const interaction = wellFormed(given);
    const channelErrors = checkChannel(interaction, request);
    const admitted = admit(interaction, { region: this.parts.directory.tenant(keys.tenant)?.region || undefined, mayVouch: request.mayVouch });
    if ('errors' in admitted) return { outcome: { status: 'rejected', errors: [...channelErrors, ...admitted.errors] } };
    if (channelErrors.length > 0) return { outcome: { status: 'rejected', errors: channelErrors } };
    const message = await this.seal(interaction, admitted, keys, acceptance);
    return { outcome: { status: 'accepted', interactionId: idOf(request.account, interaction), warnings: admitted.warnings }, message };
  }

  private async seal(interaction: Interaction, admitted: Admitted, keys: TenantKeys, acceptance: Acceptance): Promise<OutgoingMessage> {
    const id = idOf(acceptance.request.account, interaction);
    const bytes = toBinary(BodySchema, buildBody(interaction, admitted, randomSalt(16)));
    const envelope = buildEnvelope(interaction, admitted, commitment(id, bytes), acceptance);
    const body = await sealBody(keys, this.parts.blobs, id, bytes);
    const record = create(RecordSchema, { envelope, body, digest: contentDigest(keys, interaction, admitted) });
    const trace = acceptance.request.trace;
    const headers = { ...(interaction.revisable && { revisable: '1' }), ...(trace && { traceparent: trace }) };
    return { key: envelope.key, value: toBinary(RecordSchema, record), headers };
  }
}

/** What no canonical JSON can hold. Only `data` can: every other field has a form. */
function unkeepableErrors(given: Interaction): FieldError[] {
  if (tooDeep(given)) return [{ pointer: '/data', code: 'depth', detail: 'Nested too deep.' }];
  return allFinite(given) ? [] : [{ pointer: '/data', code: 'number', detail: 'A number is too large to be kept.' }];
}

/** The account's channel is the interaction's; only an account open to several lets the interaction say. */
function checkChannel({ channel }: Interaction, { account }: DoorRequest): FieldError[] {
  if (account.channel && channel && channel !== account.channel) {
    return [{ pointer: '/channel', code: 'channel', detail: "The account's channel is another one." }];
  }
  if (!account.channel && !channel) return [{ pointer: '/channel', code: 'required', detail: 'The account is open to several channels: say which.' }];
  return [];
}
