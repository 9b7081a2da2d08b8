import { Transform, type TransformCallback } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';

/** Encoded bytes decoded in one go: about 10 ms of work. */
const BATCH = 64 * 1024;

/**
 * mailparser's quoted-printable decoder keeps a whole part and decodes it at the end in one go (100 ms for each MiB).
 * This one hands each batch of whole lines to a decoder of its own and gives the event loop back in between.
 * @param decoder makes a fresh decoder
 */
export class BatchedDecoder extends Transform {
  private waiting: Buffer[] = [];
  private size = 0;

  constructor(private readonly decoder: () => Transform) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.waiting.push(chunk);
    this.size += chunk.length;
    if (this.size < BATCH) return done();
    const all = Buffer.concat(this.waiting);
    const cut = safeCut(all);
    this.waiting = [all.subarray(cut)];
    this.size = all.length - cut;
    this.decode(all.subarray(0, cut)).then(() => done(), done);
  }

  override _flush(done: TransformCallback): void {
    this.decode(Buffer.concat(this.waiting)).then(() => done(), done);
  }

  private async decode(encoded: Buffer): Promise<void> {
    if (encoded.length === 0) return;
    this.push(await buffer(this.decoder().end(encoded)));
    await setImmediate();
  }
}

/** After the last line end; in a line without one, before an escape (`=41`, `=` + CRLF) that may not be whole yet. */
function safeCut(bytes: Buffer): number {
  const line = bytes.lastIndexOf(0x0a) + 1;
  if (line > 0) return line;
  const escape = bytes.lastIndexOf(0x3d);
  return escape >= bytes.length - 2 && escape > 0 ? escape : bytes.length;
}
