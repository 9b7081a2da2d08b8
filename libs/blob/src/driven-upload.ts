import { createHash, type Hash } from 'node:crypto';
import type { BlobInfo, BlobUpload } from './blob.contract';
import { PART_BYTES, type BlobDriver, type Part, type UploadState } from './blob-driver.contract';
import { sha256Of, sha256OfAll } from './checked-content';
import { guarded, guardedStream, hashMismatch, outOfOrder, partDiffers, partSize, tooLarge } from './store-errors';

/** The rules of an upload over any driver: order, sizes, what comes twice, the hash. */
export class DrivenUpload implements BlobUpload {
  readonly partBytes = PART_BYTES;
  /** Of all parts so far; undefined where another process took the first ones: they are then read back at the end. */
  private readonly running: Hash | undefined;

  constructor(
    private readonly driver: BlobDriver,
    private state: UploadState,
  ) {
    this.running = state.parts.length === 0 ? createHash('sha256') : undefined;
  }

  get session(): string {
    return this.state.session;
  }

  get offset(): number {
    return this.state.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async append(offset: number, part: Uint8Array): Promise<number> {
    if (part.length === 0 || part.length > PART_BYTES) throw partSize();
    const known = this.state.parts[offset / PART_BYTES];
    if (known) this.mustBeSame(known, part);
    else await this.add(offset, part);
    return this.offset;
  }

  async finish(): Promise<BlobInfo> {
    const sha256 = await this.sum();
    if (this.state.sha256 !== undefined && this.state.sha256 !== sha256) {
      await this.abandon();
      throw hashMismatch();
    }
    const info = { bytes: this.offset, sha256 };
    return guarded(async () => {
      await this.driver.commit(this.state, info);
      return (await this.driver.stat(this.state.place)) ?? info;
    });
  }

  abandon(): Promise<void> {
    return guarded(() => this.driver.discard(this.state));
  }

  private async add(offset: number, bytes: Uint8Array): Promise<void> {
    if (offset !== this.offset) throw outOfOrder(this.offset);
    if (offset % PART_BYTES !== 0) throw partSize();
    if (offset + bytes.length > this.state.maxBytes) {
      await this.abandon();
      throw tooLarge(this.state.maxBytes);
    }
    const sha256 = sha256Of(bytes);
    const kept = await guarded(() => this.driver.uploads.add(this.state, bytes, sha256));
    // Another process goes on with the same upload, and its part was first.
    if (kept.sha256 !== sha256) throw partDiffers();
    this.running?.update(bytes);
    this.state = { ...this.state, parts: [...this.state.parts, kept] };
  }

  private mustBeSame(known: Part, part: Uint8Array): void {
    if (known.bytes !== part.length || known.sha256 !== sha256Of(part)) throw partDiffers();
  }

  private async sum(): Promise<string> {
    // A copy: where the store is away, more may follow and all of it is tried again.
    return this.running?.copy().digest('hex') ?? sha256OfAll(guardedStream(this.driver.uploads.readBack(this.state)));
  }
}
