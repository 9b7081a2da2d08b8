import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { DigestSink, HeadEntry, SignedHeader } from './digest.contract';

/**
 * Writes a digest's file while it is taken: one line a stream, so a million streams need no memory. The file has its name
 * when `publish` resolves; before it ends in `.part`.
 */
export class DigestWriter implements DigestSink {
  private readonly part = `${this.path}.${randomUUID()}.part`;
  private readonly output: WriteStream = createWriteStream(this.part, { mode: 0o600 });
  private tenant: string | undefined;
  private tenants = 0;
  private failed: Error | undefined;
  private header: SignedHeader['header'] | undefined;

  constructor(private readonly path: string) {
    this.output.on('error', (error) => (this.failed = error));
  }

  async stream(tenant: string, entry: HeadEntry): Promise<void> {
    const first = tenant !== this.tenant;
    if (first) await this.write(`${this.tenants === 0 ? '{"tenants":[' : ','}\n{"tenant":${JSON.stringify(tenant)},"streams":[\n`);
    if (first) this.tenants += 1;
    this.tenant = tenant;
    await this.write(`${first ? '' : ',\n'}${JSON.stringify(entry)}`);
  }

  endTenant(_tenant: string, root: string): Promise<void> {
    return this.write(`],"root":${JSON.stringify(root)}}`);
  }

  /** Durable when it resolves. */
  async finish({ header, signature, publicKey }: SignedHeader): Promise<void> {
    await this.write(`${this.tenants === 0 ? '{"tenants":[' : ''}],\n"header":${JSON.stringify(header)},\n"signature":"${signature}",\n"publicKey":"${publicKey}"}\n`);
    this.output.end();
    await finished(this.output);
    const file = await open(this.part, 'r+');
    await file.sync().finally(() => file.close());
    this.header = header;
  }

  /**
   * Gives the file its name, and tells it. What lies there stays, since it may be all that proves what a log held before it was restored: this
   * one's name then says its service and number, too.
   */
  async publish(): Promise<string> {
    const { service, number } = this.header!;
    const other = this.path.replace(/(\.json)?$/, `.${service}.${number}$1`);
    const named = await link(this.part, this.path).then(() => this.path, unlessTaken);
    if (named === undefined) await link(this.part, other);
    await rm(this.part);
    return named ?? other;
  }

  async discard(): Promise<void> {
    if (!this.output.closed) await once(this.output.destroy(), 'close');
    await rm(this.part, { force: true });
  }

  /** After a failure: what is whole is kept, since it may have been entered all the same and is the only copy then. */
  async abandon(): Promise<void> {
    if (!this.header) await this.discard();
  }

  private async write(text: string): Promise<void> {
    if (this.failed) throw this.failed;
    if (!this.output.write(text)) await once(this.output, 'drain');
  }
}

function unlessTaken(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error;
}
