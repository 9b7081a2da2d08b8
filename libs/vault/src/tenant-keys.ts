import type { KeyObject } from 'node:crypto';
import { rejected, unavailable, type ThroughlineError } from '@throughline/contracts';
import type { LRUCache } from 'lru-cache';
import { openBox, sealBox, toKeyOnce } from './box';
import { BoxBudget } from './box-budget';
import { keysMissing } from './founded-port';
import { calendarKeyId, comingKeyIds, currentKeyIds, dayEnd, keyTimes, SEAL_GRACE_MS, type KeyTimes } from './key-calendar';
import { ALONE_ID, type KeyPort } from './key-port.contract';
import { KeyVersions, versionId } from './key-versions';
import { Mac } from './mac';
import type { HashPurpose, Sealed, SealPurpose, TenantKeys } from './vault.contract';

const HASH_BYTES = 16;
/** Longer texts are contents, which do not come back. */
const CACHED_TEXT_LENGTH = 200;

/** With its times, which would else be read off the id for every box. */
type LoadedKey = KeyTimes & { key: KeyObject; mac?: Mac };

/** What the keys of all tenants share. */
export interface LoadedKeysParts {
  port: KeyPort;
  clock: () => Date;
  /** Remembered ones of all tenants. As latin1: a small Buffer is a view of 64 KiB that many share, and one that is kept keeps them all. */
  hashes: LRUCache<string, string>;
  boxesPerKey: number;
  onlyFounded: boolean;
}

/** One tenant's keys out of the port, kept as long as they may be used. */
export class LoadedKeys implements TenantKeys {
  private readonly keys = new Map<string, LoadedKey>();
  private readonly versions = new KeyVersions();
  private readonly budget: BoxBudget;
  private preparing: Promise<void> | undefined;
  private makingAhead: Promise<unknown> | undefined;
  /** All that is needed is known to be there from here on, and until then (Unix ms): every request and every frame asks. */
  private heldFrom = Infinity;
  private heldUntil = -Infinity;

  constructor(
    readonly tenant: string,
    private readonly parts: LoadedKeysParts,
  ) {
    this.budget = new BoxBudget(parts.boxesPerKey);
  }

  get hashVersions(): readonly number[] {
    return this.versions.all('hash');
  }

  /** Loads or makes what is needed now and soon; without any wait where it is there. */
  prepare(): Promise<void> | undefined {
    const at = this.parts.clock().getTime();
    if (at >= this.heldFrom && at < this.heldUntil) return undefined;
    if (!this.versions.due(at) && this.holds(this.currentIds(at)) && this.holds(this.comingIds(at))) return this.rememberHeld(at);
    this.lookAgain();
    this.preparing ??= this.load(at).finally(() => (this.preparing = undefined));
    return this.preparing;
  }

  /** Makes the next `prepare` ask which versions there are. */
  askForVersions(): void {
    this.versions.forget();
    this.lookAgain();
  }

  hash(purpose: HashPurpose, text: string | Uint8Array, version = this.versions.oldest('hash')): Buffer {
    if (typeof text !== 'string' || text.length > CACHED_TEXT_LENGTH) return this.keyedHash(purpose, text, version);
    const name = `${this.tenant}\0${version}\0${purpose}\0${text}`;
    const known = this.parts.hashes.get(name);
    if (known !== undefined) return Buffer.from(known, 'latin1');
    const hash = this.keyedHash(purpose, text, version);
    this.parts.hashes.set(name, hash.toString('latin1'));
    return hash;
  }

  seal(purpose: SealPurpose, id: string, plain: Uint8Array): Sealed {
    const base = this.sealingBase(purpose);
    const keyId = this.budget.keyId(base);
    const box = sealBox(this.keys.get(keyId)!.key, id, plain);
    if (this.budget.spend(base)) this.lookAgain();
    return { keyId, box };
  }

  async open(id: string, sealed: Sealed): Promise<Buffer> {
    const key = this.usable(sealed.keyId) ?? (await this.fetch(sealed.keyId));
    if (!key) throw rejected('key-destroyed', 'The key of a sealed body is gone for good.');
    return openBox(key, id, sealed.box);
  }

  private sealingBase(purpose: SealPurpose): string {
    const at = this.parts.clock().getTime();
    // In the grace after midnight, and while a new version is being loaded, the old key still does: a key store that is slow or away for a moment stops nobody.
    const candidates = purpose === 'config' ? this.versions.all('config').toReversed().map((version) => versionId('config', version)) : [calendarKeyId(purpose, at), calendarKeyId(purpose, at - SEAL_GRACE_MS)];
    const base = candidates.find((candidate) => at < (this.keys.get(this.budget.keyId(candidate))?.sealUntil ?? -Infinity));
    if (!base) throw unavailable('no-current-key', `There is no current ${purpose} key to seal with.`);
    return base;
  }

  /** A key past its time may have been destroyed by another process: only the store knows. */
  private usable(keyId: string): KeyObject | undefined {
    const loaded = this.keys.get(keyId);
    if (!loaded || this.parts.clock().getTime() < loaded.destroyAfter) return loaded?.key;
    this.keys.delete(keyId);
    this.lookAgain();
    return undefined;
  }

  /** Whoever may write to the broker names the key: what can be none is as good as gone, and no fault of the store's. */
  private async fetch(keyId: string): Promise<KeyObject | undefined> {
    if (!ALONE_ID.test(keyId)) return undefined;
    const bytes = await this.parts.port.get(this.tenant, keyId);
    if (!bytes) return undefined;
    return this.keep(keyId, bytes);
  }

  private keep(keyId: string, bytes: Uint8Array): KeyObject {
    const key = toKeyOnce(bytes);
    this.keys.set(keyId, { key, ...keyTimes(keyId) });
    return key;
  }

  /** The answer holds for the day and until the versions are due; not while they are asked for, since it rests on them. */
  private rememberHeld(at: number): undefined {
    if (this.preparing) return;
    this.heldFrom = at;
    this.heldUntil = Math.min(dayEnd(at), this.versions.dueAt);
  }

  private lookAgain(): void {
    this.heldUntil = -Infinity;
  }

  private async load(at: number): Promise<void> {
    if (this.versions.due(at)) await this.versions.refresh(this.parts.port, this.tenant, at);
    if (this.parts.onlyFounded && !this.versions.founded) throw this.strange();
    this.forgetPast(at);
    const isFirst = this.keys.size === 0;
    await this.makeCurrent(at);
    const ahead = this.makeAhead(at);
    if (isFirst) await ahead;
  }

  /** May fail, or take its time: now goes on, and if it still fails when the key is due, `makeCurrent` says so. */
  private makeAhead(at: number): Promise<unknown> {
    const made = () => this.make(this.comingIds(at)).catch(() => undefined);
    return (this.makingAhead ??= made().finally(() => (this.makingAhead = undefined)));
  }

  private strange(): ThroughlineError {
    this.versions.forget();
    return keysMissing();
  }

  private currentIds(at: number): string[] {
    const config = versionId('config', this.versions.newest('config'));
    return [...this.hashVersions.map((version) => versionId('hash', version)), config, ...currentKeyIds(at)];
  }

  private comingIds(at: number): string[] {
    return [...comingKeyIds(at), ...this.budget.partIds().filter((id) => this.versions.stands(id))];
  }

  private forgetPast(at: number): void {
    this.budget.forgetPast(at);
    for (const [id, { destroyAfter }] of this.keys) {
      if (destroyAfter <= at || !this.versions.stands(id)) this.keys.delete(id);
    }
  }

  /** A version that was destroyed since they were listed is gone from the next list. */
  private async makeCurrent(at: number): Promise<void> {
    if (await this.make(this.currentIds(at))) return;
    await this.versions.refresh(this.parts.port, this.tenant, at);
    this.forgetPast(at);
    if (await this.make(this.currentIds(at))) return;
    this.versions.forget();
    throw unavailable('no-current-key', 'Versions of the keys are being destroyed at this moment.');
  }

  /** False where one of them was destroyed. */
  private async make(ids: string[]): Promise<boolean> {
    for (const id of ids) {
      if (this.keys.has(id)) continue;
      const bytes = this.versions.listed(id) ? await this.parts.port.get(this.tenant, id) : await this.parts.port.getOrMake(this.tenant, id);
      if (!bytes) return false;
      this.keep(id, bytes);
    }
    return true;
  }

  private holds(ids: string[]): boolean {
    return ids.every((id) => this.keys.has(id));
  }

  private keyedHash(purpose: HashPurpose, text: string | Uint8Array, version: number): Buffer {
    const loaded = this.keys.get(versionId('hash', version));
    if (!loaded) throw unavailable('no-current-key', 'There is no such version of the hash key.');
    loaded.mac ??= new Mac(loaded.key);
    // The purpose and a NUL stand before the text: no purpose holds a NUL, so no two purposes hash the same bytes.
    return loaded.mac.of(`${purpose}\0`, text, HASH_BYTES);
  }
}
