import { unavailable } from '@throughline/contracts';
import type { KeyPort } from '../key-port.contract';
import { openVault, type VaultOptions } from '../open-vault';
import { memoryKeyPort } from './memory-key-port';

/** A vault over a key store in memory, with a clock that the spec sets. */
export function given(start: string, port: KeyPort = memoryKeyPort(), options: VaultOptions = {}) {
  let now = new Date(start);
  return { port, vault: openVault(port, () => now, options), at: (time: string) => (now = new Date(time)) };
}

/** A port that fails from a moment on. */
export function breakable(port: KeyPort) {
  const state = { broken: false };
  const guard = <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      if (state.broken) throw unavailable('key-store-unavailable', 'broken');
      return work(...args);
    };
  const guarded: KeyPort = {
    ...{ get: guard(port.get), getOrMake: guard(port.getOrMake), list: guard(port.list), tenants: guard(port.tenants), destroy: guard(port.destroy) },
    ...{ getSlot: guard(port.getSlot), makeSlot: guard(port.makeSlot), destroyPlaces: guard(port.destroyPlaces) },
  };
  return { state, guarded };
}
