import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Part, UploadParts, UploadState } from '../blob-driver.contract';
import { uploadUnknown } from '../store-errors';
import { flush, makeFolder, namesIn, unless, writeOnce } from './durable-files';
import { infoOf, openSummed, writeSummed } from './summed-file';

const TERMS = 'terms.json';

/**
 * Unfinished uploads: `<root>/uploads/<tenant>/<session>/` with the terms and a file for each part. A part is linked into it,
 * so a writer that was thought dead and comes back can neither change a part nor add one to an upload that is over.
 */
export class FileUploads implements UploadParts {
  constructor(
    private readonly root: string,
    private readonly incoming: string,
  ) {}

  async begin(upload: UploadState): Promise<void> {
    const folder = this.folder(upload);
    await makeFolder(folder, this.root);
    const { place, maxBytes, sha256 } = upload;
    await writeOnce(join(folder, TERMS), this.incoming, (file) => file.writeFile(JSON.stringify({ place, maxBytes, sha256 })));
  }

  async find(tenant: string, session: string): Promise<UploadState | undefined> {
    const folder = this.folder({ place: { tenant }, session });
    const terms = await readFile(join(folder, TERMS), 'utf8').catch(unless('ENOENT'));
    return terms && { ...JSON.parse(terms), session, parts: await partsIn(folder) };
  }

  async add(upload: UploadState, bytes: Uint8Array, sha256: string): Promise<Part> {
    const path = this.part(upload, upload.parts.length);
    const first = await writeOnce(path, this.incoming, (file) => writeSummed(file, [bytes], sha256)).catch(unless('ENOENT'));
    const kept = first ? { bytes: bytes.length, sha256 } : await infoOf(path);
    if (!kept) throw uploadUnknown();
    return kept;
  }

  async mustExist(upload: UploadState): Promise<void> {
    if ((await namesIn(this.folder(upload))).length === 0) throw uploadUnknown();
  }

  async *readBack(upload: UploadState): AsyncGenerator<Buffer> {
    for (const [number] of upload.parts.entries()) {
      const part = await openSummed(this.part(upload, number), (bytes) => ({ start: 0, end: bytes }));
      if (!part) throw uploadUnknown();
      yield* part.content;
    }
  }

  /** Renamed first: nobody adds to it while it is removed, and a removal that is cut short is swept. */
  async discard(upload: { place: { tenant: string }; session: string }): Promise<void> {
    const folder = this.folder(upload);
    const dying = join(this.incoming, upload.session);
    await rename(folder, dying).catch(unless('ENOENT'));
    await rm(dying, { recursive: true, force: true });
    await flush(dirname(folder)).catch(unless('ENOENT'));
  }

  private folder({ place, session }: { place: { tenant: string }; session: string }): string {
    return join(this.root, 'uploads', place.tenant, session);
  }

  private part(upload: UploadState, number: number): string {
    return join(this.folder(upload), String(number));
  }
}

/** Read from the first on, up to the first that is missing. */
async function partsIn(folder: string): Promise<Part[]> {
  const names = new Set(await namesIn(folder));
  const parts: Part[] = [];
  while (names.has(String(parts.length))) {
    const part = await infoOf(join(folder, String(parts.length)));
    if (!part) break;
    parts.push(part);
  }
  return parts;
}
