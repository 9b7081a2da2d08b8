import { createHash } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Bus } from '@throughline/bus';
import { deadLetterId, DeadLetterSchema, type DeadLetter } from '@throughline/contracts';
import type { TenantKeys, Vault } from '@throughline/vault';
import type { DeadLetters, SetAside } from '../runtime.contract';
import { INLINE_LIMIT, putOnce } from './sealed-body';

export interface DeadLetterParts {
  bus: Pick<Bus, 'publish'>;
  vault: Pick<Vault, 'forTenant'>;
  blobs: BlobStore;
  clock: () => Date;
}

/** Sets things aside on the topic `dead-letters`; raw input over 256 KiB in a blob. */
export class BusDeadLetters implements DeadLetters {
  constructor(private readonly parts: DeadLetterParts) {}

  async put(item: SetAside): Promise<string> {
    const keys = await this.parts.vault.forTenant(item.tenant);
    const id = deadLetterId(item.tenant, item.subject ?? subjectOf(item), item.cause);
    const letter = create(DeadLetterSchema, { ...described(item, this.parts.clock()), id, ...(await this.keep(keys, id, item.raw)) });
    const key = keys.hash('key', `${item.account ?? ''}|dead-letters`);
    await this.parts.bus.publish('dead-letters', [{ key, value: toBinary(DeadLetterSchema, letter) }]);
    return id;
  }

  private async keep(keys: TenantKeys, id: string, raw: Uint8Array): Promise<Pick<DeadLetter, 'rawBlob'> | { raw: { keyId: string; box: Uint8Array } }> {
    const sealed = keys.seal('raw', id, raw);
    if (raw.length <= INLINE_LIMIT) return { raw: sealed };
    const rawBlob = await putOnce(keys.tenant, this.parts.blobs, { id, purpose: 'raw' }, sealed);
    return { rawBlob };
  }
}

/** The same bytes at another account, or set aside by another service, are another thing: each goes back to its own. */
const subjectOf = ({ raw, service, account = '' }: SetAside) => `${createHash('sha256').update(raw).digest('hex')}|${service}|${account}`;

function described({ tenant, account, cause, detail, service, mediaType, interaction }: SetAside, at: Date) {
  return { tenant, account: account ?? '', cause, detail, service, mediaType, interaction: interaction ?? '', at: BigInt(at.getTime()) };
}
