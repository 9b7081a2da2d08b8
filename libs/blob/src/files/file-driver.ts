import { constants } from 'node:fs';
import { access, mkdir, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobClass, BlobInfo } from '../blob.contract';
import type { BlobDriver, Opened, Place, Span, UploadState } from '../blob-driver.contract';
import { flush, makeFolder, namesIn, unless, writeOnce } from './durable-files';
import { FileUploads } from './file-uploads';
import { infoOf, openSummed, writeSummed } from './summed-file';

type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Blobs in files: `<root>/<class>/<tenant>/<first two digits of the id>/<id>`, mode 0600 in folders of mode 0700. The last
 * 32 bytes of a file are the SHA-256 of the rest. What is not yet whole lies in `incoming` and `uploads`.
 */
export class FileDriver implements BlobDriver {
  private readonly incoming: string;
  readonly uploads: FileUploads;

  constructor(private readonly root: string) {
    this.incoming = join(root, 'incoming');
    this.uploads = new FileUploads(root, this.incoming);
  }

  put(place: Place, bytes: Uint8Array, sha256: string): Promise<void> {
    return this.write(place, [bytes], sha256);
  }

  stat(place: Place): Promise<BlobInfo | undefined> {
    return infoOf(this.path(place));
  }

  open(place: Place, span: (bytes: number) => Span = (bytes) => ({ start: 0, end: bytes })): Promise<Opened | undefined> {
    return openSummed(this.path(place), span);
  }

  async delete(place: Place): Promise<void> {
    const path = this.path(place);
    await unlink(path).catch(unless('ENOENT'));
    await flush(dirname(path)).catch(unless('ENOENT'));
  }

  async begin(upload: UploadState): Promise<UploadState> {
    await makeFolder(this.incoming, this.root);
    await this.uploads.begin(upload);
    return upload;
  }

  async commit(upload: UploadState, info: BlobInfo): Promise<void> {
    await this.uploads.mustExist(upload);
    await this.write(upload.place, this.uploads.readBack(upload), info.sha256);
    await this.uploads.discard(upload);
  }

  discard(upload: UploadState): Promise<void> {
    return this.uploads.discard(upload);
  }

  async expire(kind: BlobClass, before: Date): Promise<number> {
    const root = join(this.root, kind);
    let expired = 0;
    for (const tenant of await namesIn(root)) {
      for (const digits of await namesIn(join(root, tenant))) expired += await removeOlder(join(root, tenant, digits), before);
    }
    return expired;
  }

  async sweep(before: Date): Promise<number> {
    let swept = await removeOlder(this.incoming, before);
    for (const tenant of await namesIn(join(this.root, 'uploads'))) {
      for (const session of await namesIn(join(this.root, 'uploads', tenant))) {
        if (!(await isOlder(join(this.root, 'uploads', tenant, session), before))) continue;
        await this.uploads.discard({ place: { tenant }, session });
        swept += 1;
      }
    }
    return swept;
  }

  async healthy(): Promise<boolean> {
    try {
      await mkdir(this.root, { recursive: true, mode: 0o700 });
      await access(this.root, constants.R_OK | constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private path({ kind, tenant, id }: Place): string {
    return join(this.root, kind, tenant, id.slice(0, 2), id);
  }

  private async write(place: Place, content: Content, sha256: string): Promise<void> {
    const path = this.path(place);
    await makeFolder(dirname(path), this.root);
    await makeFolder(this.incoming, this.root);
    await writeOnce(path, this.incoming, (file) => writeSummed(file, content, sha256));
  }
}

/** By the time of the last change: of a file when it was written, of a folder when something was last added to it. */
async function isOlder(path: string, before: Date): Promise<boolean> {
  const found = await stat(path).catch(unless('ENOENT'));
  return found !== undefined && found.mtime < before;
}

async function removeOlder(folder: string, before: Date): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (!(await isOlder(path, before))) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  if (removed > 0) await flush(folder);
  return removed;
}
