import type { KeyPort } from './key-port.contract';

/** Kinds of key that are replaced by a newer version when somebody says so, not by the calendar. */
export const VERSIONED_KINDS = ['config', 'hash'] as const;
export type VersionedKind = (typeof VERSIONED_KINDS)[number];

/** How long a process may go on without noticing a version that another has made or destroyed (ms). */
export const VERSIONS_MS = 60_000;

/** Ids of these versions as the port names them. */
export const versionId = (kind: VersionedKind, version: number) => `${kind}:${version}`;

/** The version that this id of a config or hash key names, itself or a part of it; NaN of other keys. */
export const keyVersion = (id: string): number => Number.parseInt(versionIn(id)?.[1] ?? '', 10);

/** Versions of this kind in the port, oldest first. Parts (`config:1.1`) are no versions. */
export async function versionsOf(port: KeyPort, tenant: string, kind: VersionedKind): Promise<number[]> {
  const names = (await port.list(tenant, kind)).map((id) => id.slice(kind.length + 1));
  return names.filter((name) => /^[1-9]\d{0,5}$/.test(name)).map(Number).sort((a, b) => a - b);
}

/** The versions a tenant has, as this process last saw them. A new tenant has version 1 of each. */
export class KeyVersions {
  /** As they were listed; of a tenant that has none yet, none. */
  private known: Record<VersionedKind, number[]> | undefined;
  private askedAt = -Infinity;

  /** Also where the clock was set back since: it would not be there again for as long as it was ahead. */
  due(at: number): boolean {
    return at >= this.dueAt || at < this.askedAt;
  }

  /** When they are to be asked for again (Unix ms). */
  get dueAt(): number {
    return this.askedAt + VERSIONS_MS;
  }

  forget(): void {
    this.askedAt = -Infinity;
  }

  /** Where the port is away, what was known stands. Throws as the port does where nothing was. */
  async refresh(port: KeyPort, tenant: string, at: number): Promise<void> {
    this.askedAt = at;
    try {
      const [config, hash] = [await versionsOf(port, tenant, 'config'), await versionsOf(port, tenant, 'hash')];
      this.known = { config, hash };
    } catch (error) {
      if (this.known) return;
      this.askedAt = -Infinity;
      throw error;
    }
  }

  /** True where the tenant has keys, or had. */
  get founded(): boolean {
    return this.listedOf('hash').length > 0;
  }

  all(kind: VersionedKind): readonly number[] {
    const listed = this.listedOf(kind);
    return listed.length > 0 ? listed : FIRST;
  }

  oldest(kind: VersionedKind): number {
    return this.all(kind)[0]!;
  }

  newest(kind: VersionedKind): number {
    return this.all(kind).at(-1)!;
  }

  /** False where this id is a version that was destroyed, or a part of one (`config:1.1`). */
  stands(id: string): boolean {
    const [kind] = versionIn(id) ?? [];
    return kind === undefined || this.all(kind).includes(keyVersion(id));
  }

  /** True where this id is a version that was listed: it was made, so where it is not there it was destroyed, and must not be made anew with other bytes. */
  listed(id: string): boolean {
    const [kind, name] = versionIn(id) ?? [];
    return kind !== undefined && !name!.includes('.') && this.listedOf(kind).includes(Number(name));
  }

  private listedOf(kind: VersionedKind): readonly number[] {
    return this.known?.[kind] ?? [];
  }
}

const FIRST: readonly number[] = [1];

/** Undefined for what goes by the calendar. */
function versionIn(id: string): [kind: VersionedKind, name: string] | undefined {
  const [kind, name] = id.split(':');
  return kind === 'config' || kind === 'hash' ? [kind, name!] : undefined;
}
