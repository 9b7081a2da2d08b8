import { randomFillSync } from 'node:crypto';
import { unavailable } from '@throughline/contracts';
import { KEY_BYTES } from './box';
import { KeyFolder } from './key-folder';
import { DamagedKey, PLACES_PER_SLOT, type KeyKind, type KeyPort, type SlotKeys } from './key-port.contract';
import { plainRecord, readRecord, RECORD_BYTES, type RecordForm } from './key-record';

/** What a driver adds to the files: the form of the records of one key file. */
export interface RecordForms {
  /** For a file that is about to be made. */
  forNew(tenant: string, id: string): Promise<RecordForm>;
  /** Undefined where what opens the records was destroyed. */
  forKnown(tenant: string, id: string): Promise<RecordForm | undefined>;
  /** Destroys what opens the records. */
  destroy(tenant: string, id: string): Promise<void>;
}

/**
 * Keys in files, one of 64 bytes per key, one of 64 KiB per slot: `<folder>/<tenant>/<kind>/<name>.key`, mode 0600, shared
 * by all processes (KeyFolder). A file that holds something else than its key is damage, not absence: it is never replaced.
 */
export const openFileKeyStore = (folder: string): KeyPort => new FileKeyPort(new KeyFolder(folder), PLAIN);

const PLAIN: RecordForms = { forNew: async () => plainRecord, forKnown: async () => plainRecord, destroy: async () => undefined };

/** The files of a key store, whatever their records' form. */
export class FileKeyPort implements KeyPort {
  constructor(
    private readonly files: KeyFolder,
    private readonly forms: RecordForms,
  ) {}

  get(tenant: string, id: string): Promise<Buffer | undefined> {
    return guarded(async () => (await this.read(tenant, aloneId(id)))?.key(0));
  }

  getOrMake(tenant: string, id: string): Promise<Buffer> {
    return guarded(async () => {
      const key = (await this.readOrMake(tenant, aloneId(id), 1)).key(0);
      if (!key) throw new Error('The key is being destroyed.');
      return key;
    });
  }

  getSlot(tenant: string, id: string): Promise<SlotKeys | undefined> {
    return guarded(() => this.read(tenant, slotId(id)));
  }

  makeSlot(tenant: string, id: string): Promise<SlotKeys> {
    return guarded(() => this.readOrMake(tenant, slotId(id), PLACES_PER_SLOT));
  }

  destroyPlaces(tenant: string, id: string, places: readonly number[]): Promise<void> {
    return guarded(async () => {
      const offsets = places.map((place) => checkedPlace(place) * RECORD_BYTES);
      await this.files.wipe(this.files.path(tenant, slotId(id)), RECORD_BYTES, offsets);
    });
  }

  list(tenant: string, kind: KeyKind): Promise<string[]> {
    return guarded(() => this.files.list(tenant, kind));
  }

  tenants(): Promise<string[]> {
    return guarded(() => this.files.tenants());
  }

  destroy(tenant: string, id: string): Promise<void> {
    return guarded(async () => {
      await this.files.destroy(this.files.path(tenant, id));
      await this.forms.destroy(tenant, id);
    });
  }

  private async readOrMake(tenant: string, id: string, count: number): Promise<SlotKeys> {
    return (await this.read(tenant, id)) ?? this.make(tenant, id, count);
  }

  private async read(tenant: string, id: string): Promise<SlotKeys | undefined> {
    const bytes = await this.files.read(this.files.path(tenant, id));
    if (!bytes) return undefined;
    const form = await this.forms.forKnown(tenant, id);
    return form && new Records(bytes, form, `${tenant} ${id}`);
  }

  private async make(tenant: string, id: string, count: number): Promise<SlotKeys> {
    const path = this.files.path(tenant, id);
    const bytes = newRecords(await this.forms.forNew(tenant, id), `${tenant} ${id}`, count);
    await this.files.makeOnce(path, bytes);
    bytes.fill(0);
    // Read back: where another process was first, its keys are the ones.
    const made = await this.read(tenant, id);
    if (!made) throw new Error('The key vanished while it was made.');
    return made;
  }
}

class Records implements SlotKeys {
  readonly #bytes: Buffer;

  constructor(
    bytes: Buffer,
    private readonly form: RecordForm,
    private readonly name: string,
  ) {
    this.#bytes = bytes;
  }

  key(place: number): Buffer | undefined {
    const start = checkedPlace(place) * RECORD_BYTES;
    const record = this.#bytes.subarray(start, start + RECORD_BYTES);
    try {
      if (record.length < RECORD_BYTES) throw new Error('Its file was cut off.');
      return readRecord(this.form, record, recordName(this.name, place));
    } catch (cause) {
      throw new DamagedKey('A key is damaged.', { cause });
    }
  }
}

/** A record copied to another tenant, id or place is as good as a damaged one. */
const recordName = (name: string, place: number) => `${name} ${place}`;

function newRecords(form: RecordForm, name: string, count: number): Buffer {
  const records = Buffer.alloc(count * RECORD_BYTES);
  const key = Buffer.alloc(KEY_BYTES);
  for (let place = 0; place < count; place += 1) {
    randomFillSync(key);
    form.write(records.subarray(place * RECORD_BYTES, (place + 1) * RECORD_BYTES), recordName(name, place), key);
  }
  key.fill(0);
  return records;
}

function checkedPlace(place: number): number {
  if (Number.isInteger(place) && place >= 0 && place < PLACES_PER_SLOT) return place;
  throw new TypeError('Not a place in a slot.');
}

const isSlot = (id: string) => id.startsWith('slot:');

function aloneId(id: string): string {
  if (isSlot(id)) throw new TypeError('The keys of a slot have places.');
  return id;
}

function slotId(id: string): string {
  if (!isSlot(id)) throw new TypeError(`Not a slot: ${id}`);
  return id;
}

/** TypeErrors are the caller's, all else is the store's. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw unusable(error);
  }
}

const unusable = (cause: unknown) => unavailable('key-store-unavailable', 'The key store cannot be used.', cause);
