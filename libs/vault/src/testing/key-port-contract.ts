import { randomUUID } from 'node:crypto';
import { PLACES_PER_SLOT, type KeyPort, type SlotKeys } from '../key-port.contract';

/** Two doors to one store, as two processes have them. */
export interface OpenKeyPorts {
  first: KeyPort;
  second: KeyPort;
  close(): Promise<void>;
}

const SLOT = 'slot:7f6d5c4b-3a29-4817-8605-f4e3d2c1b0a9';
const places = (keys: SlotKeys | undefined) => Array.from({ length: PLACES_PER_SLOT }, (_, place) => keys?.key(place)?.toString('hex'));
const different = (keys: readonly unknown[]) => new Set(keys).size;

/** What holds for every key port. */
export function keyPortContract(name: string, open: () => Promise<OpenKeyPorts>): void {
  describe(`key port: ${name}`, () => {
    let ports: OpenKeyPorts;
    let tenant: string;

    beforeAll(async () => {
      ports = await open();
    });
    beforeEach(() => {
      tenant = randomUUID();
    });
    afterAll(() => ports?.close());

    const makers = () => Array.from({ length: 32 }, (_, i) => (i % 2 ? ports.first : ports.second));

    it('has no key before one is made', async () => {
      expect(await ports.first.get(tenant, 'epoch:2026-01-31')).toBeUndefined();
      expect(await ports.first.getSlot(tenant, SLOT)).toBeUndefined();
    });

    it('makes a key of 32 bytes once and gives the same ever after', async () => {
      const made = await ports.first.getOrMake(tenant, 'hash:1');
      expect(made).toHaveLength(32);
      expect(await ports.first.getOrMake(tenant, 'hash:1')).toEqual(made);
      expect(await ports.second.get(tenant, 'hash:1')).toEqual(made);
    });

    it('gives other tenants and other ids other keys', async () => {
      const keys = await Promise.all([
        ports.first.getOrMake(tenant, 'raw:2026-01'),
        ports.first.getOrMake(tenant, 'raw:2026-02'),
        ports.first.getOrMake(tenant, 'config:1'),
        ports.first.getOrMake(randomUUID(), 'raw:2026-01'),
      ]);
      expect(different(keys.map((key) => key.toString('hex')))).toBe(4);
    });

    it('gives all who make a key at once the same one', async () => {
      const keys = await Promise.all(makers().map((port) => port.getOrMake(tenant, 'hash:1')));
      expect(different(keys.map((key) => key.toString('hex')))).toBe(1);
    });

    it('keeps its keys though a caller wipes what it was given', async () => {
      const made = await ports.first.getOrMake(tenant, 'hash:1');
      const before = Buffer.from(made);
      made.fill(0);
      expect(await ports.first.getOrMake(tenant, 'hash:1')).toEqual(before);
    });

    it('lists the ids of a kind and the tenants that have keys', async () => {
      await ports.first.getOrMake(tenant, 'epoch:2026-01-31');
      await ports.first.getOrMake(tenant, 'epoch:2026-02-01');
      await ports.first.getOrMake(tenant, 'raw:2026-01');
      expect((await ports.second.list(tenant, 'epoch')).toSorted()).toEqual(['epoch:2026-01-31', 'epoch:2026-02-01']);
      expect(await ports.second.list(tenant, 'slot')).toEqual([]);
      expect(await ports.second.tenants()).toContain(tenant);
    });

    it('has no trace of a destroyed key, and destroys it again without complaint', async () => {
      const gone = await ports.first.getOrMake(tenant, 'epoch:2026-01-31');
      await ports.first.destroy(tenant, 'epoch:2026-01-31');
      await ports.second.destroy(tenant, 'epoch:2026-01-31');
      expect(await ports.second.get(tenant, 'epoch:2026-01-31')).toBeUndefined();
      expect(await ports.second.list(tenant, 'epoch')).toEqual([]);
      expect(await ports.second.getOrMake(tenant, 'epoch:2026-01-31')).not.toEqual(gone);
    });

    it('makes a slot of 1,024 different keys once, the same for all who make it at once', async () => {
      const made = await Promise.all(makers().slice(0, 8).map((port) => port.makeSlot(tenant, SLOT)));
      const [first, ...others] = made.map(places);
      expect(first!.every((key) => key?.length === 64)).toBe(true);
      expect(different(first!)).toBe(PLACES_PER_SLOT);
      for (const other of others) expect(other).toEqual(first);
      expect(places(await ports.second.getSlot(tenant, SLOT))).toEqual(first);
      expect(await ports.first.list(tenant, 'slot')).toEqual([SLOT]);
    });

    it('destroys single keys of a slot and no neighbour, whoever destroys others at the same time', async () => {
      const before = places(await ports.first.makeSlot(tenant, SLOT));
      const gone = [0, 1, 511, 700, PLACES_PER_SLOT - 1];
      await Promise.all(gone.map((place, i) => (i % 2 ? ports.first : ports.second).destroyPlaces(tenant, SLOT, [place, 0])));
      await ports.first.destroyPlaces(tenant, SLOT, gone);
      const after = places(await ports.second.getSlot(tenant, SLOT));
      expect(after).toEqual(before.map((key, place) => (gone.includes(place) ? undefined : key)));
      expect(places(await ports.second.makeSlot(tenant, SLOT))).toEqual(after);
    });

    it('destroys a slot with all its keys, and keys of a slot that never was without complaint', async () => {
      const before = places(await ports.first.makeSlot(tenant, SLOT));
      await ports.second.destroy(tenant, SLOT);
      expect(await ports.first.getSlot(tenant, SLOT)).toBeUndefined();
      await ports.first.destroyPlaces(tenant, SLOT, [3]);
      expect(different([...before, ...places(await ports.first.makeSlot(tenant, SLOT))])).toBe(2 * PLACES_PER_SLOT);
    });

    it.each(['../escape', 'epoch:../x', 'unknown:1', 'slot:', '', SLOT])('refuses the id %p of a key', async (id) => {
      await expect(async () => ports.first.getOrMake(tenant, id)).rejects.toThrow(TypeError);
      await expect(async () => ports.first.get(tenant, id)).rejects.toThrow(TypeError);
    });

    it.each(['slot:../x', 'hash:1', ''])('refuses the id %p of a slot', async (id) => {
      await expect(async () => ports.first.makeSlot(tenant, id)).rejects.toThrow(TypeError);
      await expect(async () => ports.first.destroyPlaces(tenant, id, [0])).rejects.toThrow(TypeError);
    });

    it.each([-1, 0.5, PLACES_PER_SLOT, NaN])('refuses the place %p', async (place) => {
      const slot = await ports.first.makeSlot(tenant, SLOT);
      expect(() => slot.key(place)).toThrow(TypeError);
      await expect(async () => ports.first.destroyPlaces(tenant, SLOT, [place])).rejects.toThrow(TypeError);
    });

    it('refuses a tenant that is no UUID', async () => {
      await expect(async () => ports.first.getOrMake('../../etc', 'hash:1')).rejects.toThrow(TypeError);
      await expect(async () => ports.first.makeSlot('../../etc', SLOT)).rejects.toThrow(TypeError);
    });
  });
}
