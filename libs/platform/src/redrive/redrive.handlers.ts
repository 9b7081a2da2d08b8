import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Controller, type Type } from '@nestjs/common';
import { faultOf, OnGroup, orderParked, type Message } from '@throughline/bus';
import { DeadLetterSchema, isId, isPassing, readOrReject, RedriveSchema, rejected, type Redrive } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import type { TenantKeys } from '@throughline/vault';
import { openBlob } from '../door/sealed-body';
import type { Runtime } from '../runtime.contract';
import { keysOfNamed, knownTo } from '../runtime/named-tenant';

/** A dead letter that comes back to the service that set it aside. */
export interface Redriven {
  id: string;
  tenant: string;
  account: string;
  cause: string;
  interaction: string;
  mediaType: string;
  raw: Buffer;
}

/** How a service takes back what it has set aside. */
export interface RedriveOptions {
  /** Takes it the way it came; what fails again is a dead letter again, under the same id. */
  take: (letter: Redriven) => Promise<void>;
  /** The schema of its parking lot, where it has one. */
  parked?: Database;
}

type Needs = Pick<Runtime, 'bus' | 'vault' | 'blobs' | 'clock' | 'directory'>;

/** The controller of a service that takes its dead letters back: in the order they were redriven, at least once. */
export function redriveHandlers(service: string, runtime: Needs, options: RedriveOptions): Type {
  const inbox = new RedriveInbox(runtime, options);

  @Controller()
  class RedriveHandlers {
    @OnGroup({ topic: 'redrives', group: `${service}-redrives` })
    async take(batch: readonly Message[]): Promise<void> {
      for (const { value } of batch) {
        const decision = readRedrive(value);
        if (decision.service === service) await inbox.take(decision);
      }
    }
  }
  return RedriveHandlers;
}

class RedriveInbox {
  constructor(
    private readonly runtime: Needs,
    private readonly options: RedriveOptions,
  ) {}

  async take(decision: Redrive): Promise<void> {
    if (decision.parked) return this.order(decision);
    const keys = await this.keysOf(decision.tenant);
    try {
      await this.options.take(await this.open(keys, decision));
    } catch (error) {
      // Nothing is wrong with the letter: the same again, later.
      if (isPassing(error)) throw error;
      await this.giveBack(keys, decision, error);
    }
  }

  private async keysOf(tenant: string): Promise<TenantKeys> {
    const { vault, directory } = this.runtime;
    const keys = await keysOfNamed(vault, knownTo(directory), tenant);
    if (!keys) throw rejected('tenant-unknown', 'The order names a tenant that nobody knows.');
    return keys;
  }

  private async order({ tenant, id, discard, interaction: subject }: Redrive): Promise<void> {
    if (this.options.parked) await orderParked(this.options.parked, { tenant, id, discard, subject });
  }

  private async open(keys: TenantKeys, decision: Redrive): Promise<Redriven> {
    const { id, tenant, account, cause, interaction, mediaType, raw, rawBlob } = decision;
    if (!rawBlob && !raw) throw rejected('raw-missing', 'Nothing of it was kept.');
    const bytes = rawBlob ? await openBlob(keys, this.runtime.blobs, rawBlob, id) : await keys.open(id, raw!);
    return { id, tenant, account, cause, interaction, mediaType, raw: bytes };
  }

  /** It lies with the dead letters again, with why it failed this time. */
  private async giveBack(keys: TenantKeys, { $typeName: _, parked: __, discard: ___, at: ____, ...decision }: Redrive, error: unknown): Promise<void> {
    const { bus, clock } = this.runtime;
    const words = faultOf(error) as { error: string; reason?: string };
    const detail = words.reason ?? `It failed again: ${words.error}.`;
    const key = keys.hash('key', `${decision.account}|dead-letters`);
    const letter = create(DeadLetterSchema, { ...decision, detail, at: BigInt(clock().getTime()) });
    await bus.publish('dead-letters', [{ key, value: toBinary(DeadLetterSchema, letter) }]);
  }
}

function readRedrive(value: Uint8Array): Redrive {
  const decision = readOrReject(() => fromBinary(RedriveSchema, value), 'undecodable', 'The message is no redrive.');
  if (!isId(decision.id) || !isId(decision.tenant)) throw rejected('undecodable', 'The message names no dead letter or no tenant.');
  return decision;
}
