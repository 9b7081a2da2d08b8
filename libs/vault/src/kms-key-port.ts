import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { toKeyOnce } from './box';
import { FileKeyPort, guarded, type RecordForms } from './file-key-port';
import { KeyFolder } from './key-folder';
import type { KeyKind, KeyPort } from './key-port.contract';
import { sealedRecord, type RecordForm } from './key-record';
import { KmsMasterKey, type KmsAddress } from './kms-master-key';

/** A key file's data key stays in memory for so long (ms): each Decrypt costs milliseconds and money. Without the file it opens nothing. */
const CACHE_MS = 3_600_000;
const CACHED_FILE_KEYS = 10_000;
const KINDS: readonly KeyKind[] = ['epoch', 'raw', 'config', 'hash', 'slot'];

/** A key store that a master key protects. */
export interface KmsKeyStore extends KeyPort {
  /** Seals every data key of a tenant under the master key of the address: call it when the address names another one than before, while both stand. How many. */
  moveToMasterKey(tenant: string): Promise<number>;
}

/**
 * Keys in files as the file driver keeps them, each in a box under its file's data key; the data key lies beside them
 * (`.kms`), sealed by a master key in AWS KMS, bound to tenant and key id. So a copy of the folder alone opens nothing.
 * KMS cannot destroy one data key: destroying overwrites the boxes and the sealed data key, here (decision 21).
 */
export function openKmsKeyStore(folder: string, address: KmsAddress): KmsKeyStore {
  const files = new KeyFolder(folder);
  return new KmsKeyPort(files, new KmsForms(files, new KmsMasterKey(address)));
}

class KmsKeyPort extends FileKeyPort implements KmsKeyStore {
  constructor(
    files: KeyFolder,
    private readonly kms: KmsForms,
  ) {
    super(files, kms);
  }

  moveToMasterKey(tenant: string): Promise<number> {
    return guarded(async () => {
      let moved = 0;
      for (const kind of KINDS) moved += await this.moveKind(tenant, kind);
      return moved;
    });
  }

  private async moveKind(tenant: string, kind: KeyKind): Promise<number> {
    const ids = await this.list(tenant, kind);
    for (const id of ids) await this.kms.reseal(tenant, id);
    return ids.length;
  }
}

class KmsForms implements RecordForms {
  private readonly known = new LRUCache<string, KeyObject>({ max: CACHED_FILE_KEYS, ttl: CACHE_MS, ttlAutopurge: true });

  constructor(
    private readonly files: KeyFolder,
    private readonly master: KmsMasterKey,
  ) {}

  /** The data key comes first and once, so that all who make the key at the same time seal it alike. */
  async forNew(tenant: string, id: string): Promise<RecordForm> {
    const known = await this.forKnown(tenant, id);
    if (known) return known;
    const { key, sealed } = await this.master.newDataKey(contextOf(tenant, id));
    this.known.set(cacheName(tenant, id, sealed), toKeyOnce(key));
    await this.files.makeOnce(this.path(tenant, id), sealed);
    const form = await this.forKnown(tenant, id);
    if (!form) throw new Error('The data key vanished while it was made.');
    return form;
  }

  async forKnown(tenant: string, id: string): Promise<RecordForm | undefined> {
    const sealed = await this.files.read(this.path(tenant, id));
    if (!sealed) return undefined;
    const name = cacheName(tenant, id, sealed);
    const key = this.known.get(name) ?? toKeyOnce(await this.master.openDataKey(sealed, contextOf(tenant, id)));
    this.known.set(name, key);
    return sealedRecord(key);
  }

  destroy(tenant: string, id: string): Promise<void> {
    return this.files.destroy(this.path(tenant, id));
  }

  async reseal(tenant: string, id: string): Promise<void> {
    const sealed = await this.files.read(this.path(tenant, id));
    if (sealed) await this.files.replace(this.path(tenant, id), await this.master.resealDataKey(sealed, contextOf(tenant, id)));
  }

  private path(tenant: string, id: string): string {
    return `${this.files.path(tenant, id)}.kms`;
  }
}

/** Another sealed data key is another entry. */
const cacheName = (tenant: string, id: string, sealed: Buffer) => `${tenant}|${id}|${sealed.toString('latin1')}`;

const contextOf = (tenant: string, id: string) => ({ 'throughline:tenant': tenant, 'throughline:key': id });
