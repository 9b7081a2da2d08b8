import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import { BodySchema, isRejected, readEnvelope, rejected, type Body } from '@throughline/contracts';
import { typeVersion, upcastBody, type StoredEvent } from '@throughline/event-store';
import type { SegmentKey } from '@throughline/vault';
import { readBody, type PlannedEvent } from './ledger-event';

/** Bytes; what is over it lies in the blob store, and the log names it (docs/architecture.md, invariant 1). */
export const INLINE_LIMIT = 256 * 1024;

export interface OpenBody {
  body: Body;
  plain: Uint8Array;
}

type SealedEvent = Pick<StoredEvent, 'tenant' | 'id' | 'box'>;

/** Keeps large bodies out of the log: under the segment's key, like every body at rest. */
export class BodyStore {
  /** @param onLost hears of each event whose body does not open, or whose blob is not in the store, whenever it is looked for */
  constructor(
    private readonly blobs: Pick<BlobStore, 'get' | 'put' | 'delete'>,
    private readonly onLost: (event: string, error: Error) => void = () => undefined,
  ) {}

  /**
   * The bytes the log seals of each event: its body, or a small one that names the blob it now lies in. Ends when no blob is on its way any more.
   * @param laid takes the ids of these blobs, those that could not be stored too
   */
  async stored(events: readonly PlannedEvent[], keys: ReadonlyMap<string, SegmentKey>, laid: string[]): Promise<Uint8Array[]> {
    const puts: Promise<void>[] = [];
    const bodies = events.map(({ segment, envelope: { tenant, id }, plain }) => {
      if (plain.length <= INLINE_LIMIT) return plain;
      const blob = randomUUID();
      laid.push(blob);
      puts.push(this.blobs.put(tenant, blob, keys.get(segment)!.seal(id, plain).box));
      return toBinary(BodySchema, create(BodySchema, { blob }));
    });
    for (const put of await Promise.allSettled(puts)) if (put.status === 'rejected') throw put.reason;
    return bodies;
  }

  /** Takes back what `stored` laid, as far as the store can now. */
  async discard(tenant: string, laid: readonly string[]): Promise<void> {
    await Promise.allSettled(laid.map((blob) => this.blobs.delete(tenant, blob)));
  }

  /**
   * An event's body in full, in the current version of its type, with the bytes it was committed to; undefined where it, its key or its
   * blob is gone, or was changed so that it does not open: what is lost for good must hold up nobody else.
   */
  async open(event: SealedEvent & Pick<StoredEvent, 'type' | 'envelope'>, key: SegmentKey | undefined): Promise<OpenBody | undefined> {
    const open = await this.opened(event, key).catch((error: unknown) => this.unlessLost(event, error));
    if (!open || typeVersion(event.type) === 1) return open;
    return { plain: open.plain, body: upcastBody(readEnvelope(event.envelope), open.body) };
  }

  /** The bytes of an event's body; undefined where it or its key is gone. Throws `rejected` (`unopenable`, `blob-missing`). */
  async plain(event: SealedEvent, key: SegmentKey | undefined): Promise<Uint8Array | undefined> {
    return (await this.opened(event, key))?.plain;
  }

  private unlessLost({ id }: SealedEvent, error: unknown): undefined {
    if (!isRejected(error)) throw error;
    this.onLost(id, error);
  }

  /** As it was written. */
  private async opened({ tenant, id, box }: SealedEvent, key: SegmentKey | undefined): Promise<OpenBody | undefined> {
    if (!key || box.length === 0) return undefined;
    const plain = key.open(id, box);
    const body = readBody(plain);
    if (!body.blob) return { plain, body };
    const sealed = await this.blobs.get(tenant, body.blob);
    if (!sealed) throw rejected('blob-missing', 'The blob that an event names is not in the store.');
    const whole = key.open(id, sealed);
    return { plain: whole, body: readBody(whole) };
  }
}
