import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { SealedBodySchema, TOPICS, type TopicName } from '@throughline/contracts';
import { bufferOf } from '../buffer-of';
import type { Message } from '../bus.contract';
import type { FrameSealer } from '../frames/frame-sealer.contract';

/** Messages of a framed topic are open in memory: in the lot each lies sealed by itself, since frames have no end there. Others are sealed by whoever published them. */
export class SealedValues {
  constructor(
    private readonly sealer: FrameSealer,
    private readonly topic: TopicName,
  ) {}

  /** @param tenants of the messages; '' where one belongs to none */
  close(messages: readonly Message[], tenants: readonly string[]): Promise<Uint8Array[]> {
    return Promise.all(messages.map(({ value }, index) => this.closeOne(tenants[index], value)));
  }

  /** Throws `rejected` where the key is gone for good, `unavailable` where it cannot be had now. */
  async open(tenant: string | null, value: Buffer): Promise<Buffer> {
    if (!this.isSealed(tenant)) return value;
    return bufferOf(await this.sealer.open(tenant, this.idOf(tenant), fromBinary(SealedBodySchema, value)));
  }

  private async closeOne(tenant: string | undefined, value: Uint8Array): Promise<Uint8Array> {
    if (!this.isSealed(tenant)) return value;
    return toBinary(SealedBodySchema, create(SealedBodySchema, await this.sealer.keep(tenant, this.idOf(tenant), value)));
  }

  private isSealed(tenant: string | null | undefined): tenant is string {
    return TOPICS[this.topic].framed && Boolean(tenant);
  }

  private readonly idOf = (tenant: string) => `parked:${this.topic}:${tenant}`;
}
