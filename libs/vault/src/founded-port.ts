import { ThroughlineError, unavailable } from '@throughline/contracts';
import type { KeyKind, KeyPort, SlotKeys } from './key-port.contract';
import { versionsOf } from './key-versions';

/** Its keys were made when it was: a store without them is another one, or not the whole. They may come with the next mount. */
export const keysMissing = (): ThroughlineError =>
  unavailable('tenant-keys-missing', 'The key store has no keys of this tenant: KEY_STORE must name the one that its keys were made in.');

/** True for an error that says so. */
export const isKeysMissing = (error: unknown): error is ThroughlineError => error instanceof ThroughlineError && error.slug === 'tenant-keys-missing';

/**
 * A port for tenants that were founded in its store. Where one was not, nothing is made or destroyed, and what is not there was not destroyed: all
 * that throws `unavailable` (`tenant-keys-missing`).
 */
export class FoundedPort implements KeyPort {
  constructor(private readonly port: KeyPort) {}

  async get(tenant: string, id: string): Promise<Buffer | undefined> {
    return (await this.port.get(tenant, id)) ?? (await this.of(tenant)).get(tenant, id);
  }

  async getOrMake(tenant: string, id: string): Promise<Buffer> {
    return (await this.port.get(tenant, id)) ?? (await this.of(tenant)).getOrMake(tenant, id);
  }

  async getSlot(tenant: string, id: string): Promise<SlotKeys | undefined> {
    return (await this.port.getSlot(tenant, id)) ?? (await this.of(tenant)).getSlot(tenant, id);
  }

  async makeSlot(tenant: string, id: string): Promise<SlotKeys> {
    return (await this.of(tenant)).makeSlot(tenant, id);
  }

  async destroyPlaces(tenant: string, id: string, places: readonly number[]): Promise<void> {
    return (await this.of(tenant)).destroyPlaces(tenant, id, places);
  }

  async destroy(tenant: string, id: string): Promise<void> {
    return (await this.of(tenant)).destroy(tenant, id);
  }

  list(tenant: string, kind: KeyKind): Promise<string[]> {
    return this.port.list(tenant, kind);
  }

  tenants(): Promise<string[]> {
    return this.port.tenants();
  }

  private async of(tenant: string): Promise<KeyPort> {
    if ((await versionsOf(this.port, tenant, 'hash')).length === 0) throw keysMissing();
    return this.port;
  }
}
