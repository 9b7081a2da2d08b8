import { randomUUID } from 'node:crypto';
import type { KeyPort } from '../key-port.contract';

/** Two doors to one store, as two processes have them. */
export interface OpenKeyPorts {
  first: KeyPort;
  second: KeyPort;
  close(): Promise<void>;
}

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
    afterAll(() => ports.close());

    it('has no key before one is made', async () => {
      expect(await ports.first.get(tenant, 'epoch:2026-01-31')).toBeUndefined();
    });

    it('makes a key of 32 bytes once and gives the same ever after', async () => {
      const made = await ports.first.getOrMake(tenant, 'slot:profile.1');
      expect(made).toHaveLength(32);
      expect(await ports.first.getOrMake(tenant, 'slot:profile.1')).toEqual(made);
      expect(await ports.second.get(tenant, 'slot:profile.1')).toEqual(made);
    });

    it('gives other tenants and other ids other keys', async () => {
      const keys = await Promise.all([
        ports.first.getOrMake(tenant, 'raw:2026-01'),
        ports.first.getOrMake(tenant, 'raw:2026-02'),
        ports.first.getOrMake(tenant, 'config:1'),
        ports.first.getOrMake(randomUUID(), 'raw:2026-01'),
      ]);
      expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(4);
    });

    it('gives all who make a key at once the same one', async () => {
      const makers = Array.from({ length: 32 }, (_, i) => (i % 2 ? ports.first : ports.second));
      const keys = await Promise.all(makers.map((port) => port.getOrMake(tenant, 'hash:1')));
      expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
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
      const gone = await ports.first.getOrMake(tenant, 'slot:profile.1');
      await ports.first.destroy(tenant, 'slot:profile.1');
      await ports.second.destroy(tenant, 'slot:profile.1');
      expect(await ports.second.get(tenant, 'slot:profile.1')).toBeUndefined();
      expect(await ports.second.list(tenant, 'slot')).toEqual([]);
      expect(await ports.second.getOrMake(tenant, 'slot:profile.1')).not.toEqual(gone);
    });

    it.each(['../escape', 'epoch:../x', 'unknown:1', 'slot:', ''])('refuses the id %p', async (id) => {
      await expect(ports.first.getOrMake(tenant, id)).rejects.toThrow(TypeError);
    });

    it('refuses a tenant that is no UUID', async () => {
      await expect(ports.first.getOrMake('../../etc', 'hash:1')).rejects.toThrow(TypeError);
    });
  });
}
