import { Column, Entity, PrimaryColumn } from 'typeorm';
import { entities } from './entities';
import { tenantWall } from './tenant-wall';
import { testDatabase, type TestDatabase } from './testing';

@Entity('shop')
class Shop {
  @PrimaryColumn('uuid') tenant!: string;
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  @Column('jsonb', { default: {} }) settings!: Record<string, unknown>;
  @Column('timestamptz', { name: 'changed_at' }) changedAt!: Date;
}

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const B = 'bbbbbbbb-0000-4000-8000-000000000002';
const shops = entities([Shop]);
const shop = (tenant: string, id: string, name: string) => ({ tenant, id, name, settings: { open: true }, changedAt: new Date(0) });

let test: TestDatabase;
beforeAll(async () => {
  const table = 'CREATE TABLE shop (tenant uuid, id text, name text NOT NULL, settings jsonb NOT NULL, changed_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))';
  test = await testDatabase('entity-test', [{ name: '1700000000000CreateShop', sql: `${table}; ${tenantWall('entity-test', 'shop')}` }]);
});
afterAll(() => test.drop());

describe('entities in a transaction', () => {
  it('are saved, changed and found inside it', async () => {
    await test.database.writer([A], async (tx) => (await shops(tx)).save(Shop, [shop(A, '1', 'old'), shop(A, '2', 'two')]));
    await test.database.writer([A], async (tx) => (await shops(tx)).save(Shop, shop(A, '1', 'new')));
    const found = await test.database.reader(A, async (tx) => (await shops(tx)).find(Shop, { order: { id: 'ASC' } }));
    expect(found).toEqual([shop(A, '1', 'new'), shop(A, '2', 'two')]);
  });

  it('vanish when it is rolled back', async () => {
    const failing = test.database.writer([A], async (tx) => {
      await (await shops(tx)).save(Shop, shop(A, 'gone', 'gone'));
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await test.database.reader(A, async (tx) => (await shops(tx)).findOneBy(Shop, { id: 'gone' }))).toBeNull();
  });

  it('stand behind the tenant wall', async () => {
    expect(await test.database.reader(B, async (tx) => (await shops(tx)).find(Shop))).toEqual([]);
    const foreign = test.database.writer([B], async (tx) => (await shops(tx)).insert(Shop, shop(A, '3', 'foreign')));
    await expect(foreign).rejects.toThrow('row-level security');
  });
});
