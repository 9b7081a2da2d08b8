import { randomUUID } from 'node:crypto';
import { bodyKeyIds, resealBodies } from './reseal';
import { verifyLog } from './verify-log';
import { checkOpenBodies, TamperBench } from './testing';

describe('sealing bodies anew', () => {
  let bench: TamperBench;
  beforeAll(async () => {
    bench = await TamperBench.open('reseal-test');
  });
  afterAll(() => bench.close());

  const keyIds = (tenant: string) => bench.database.reader(tenant, (tx) => bodyKeyIds(tx, tenant));
  const to = (tenant: string, keyId: string) => bench.database.writer([tenant], (tx) => resealBodies(tx, tenant, ['segment:1'], async ({ box }) => ({ keyId, box })));

  it('moves all of a tenant from these keys, some at a time, and leaves her chains and the other tenants as they were', async () => {
    const [tenant, other, stream] = [randomUUID(), randomUUID(), randomUUID()];
    await bench.grow(tenant, stream, [400, 400]);
    await bench.grow(other, randomUUID(), [3]);
    expect([await to(tenant, 'config:2'), await to(tenant, 'config:2'), await to(tenant, 'config:2')]).toEqual([500, 300, 0]);
    expect([await keyIds(tenant), await keyIds(other)]).toEqual([['config:2'], ['segment:1']]);
    expect(await verifyLog(bench.database, { tenant, checkBodies: checkOpenBodies })).toMatchObject({ events: 800, bodies: { opened: 800 }, findings: [] });
  });

  it('moves none where one of them cannot be sealed anew', async () => {
    const tenant = randomUUID();
    await bench.grow(tenant, randomUUID(), [2]);
    let left = 1;
    const once = async ({ box }: { box: Uint8Array }) => (left-- > 0 ? { keyId: 'config:2', box } : Promise.reject(new Error('no key')));
    await expect(bench.database.writer([tenant], (tx) => resealBodies(tx, tenant, ['segment:1'], once))).rejects.toThrow('no key');
    expect(await keyIds(tenant)).toEqual(['segment:1']);
  });
});
