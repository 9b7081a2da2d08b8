import { tenantId } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import { ProfileBench, TENANT } from './testing/profile-bench';

const OTHER = tenantId('profile-other');
const TABLES = ['segment', 'segment_link', 'timeline_item', 'segment_summary', 'event', 'event_body', 'event_id', 'stream', 'segment_key'];

let bench: ProfileBench;
beforeAll(async () => {
  bench = await ProfileBench.open();
  await bench.post({ id: 'w', identities: ['phone:+14155550100', '!email:w@shop.example'], data: { profileName: 'W' } });
});
afterAll(() => bench.close());

const count = (table: string) => async (tx: Tx) => Number((await tx.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]!.n);

describe.each(TABLES)('the table %s', (table) => {
  it('shows its own tenant its rows', async () => expect(await bench.db.database.reader(TENANT, count(table))).toBeGreaterThan(0));
  it('shows another tenant none', async () => expect(await bench.db.database.reader(OTHER, count(table))).toBe(0));
  it('shows the writer none where no tenant is set', async () => expect(await bench.db.database.writer([], count(table))).toBe(0));
});

it.each(TABLES.slice(0, 4))('keeps the relay out of the read model %s', async (table) => {
  await expect(bench.db.database.relay(count(table))).rejects.toMatchObject({ code: '42501' });
});

it('lets nobody write a row of another tenant', async () => {
  const write = (tx: Tx) => tx.query("INSERT INTO segment_summary (tenant, segment, channel, account, count, last_at) VALUES ($1, gen_random_uuid(), 'sms', 'a', 1, 0)", [TENANT]);
  await expect(bench.db.database.writer([OTHER], write)).rejects.toMatchObject({ code: '42501' });
  await expect(bench.db.database.reader(TENANT, write)).rejects.toMatchObject({ code: '25006' });
});

it('keeps no personal data in plain text', async () => {
  for (const table of TABLES) {
    const { rows } = await bench.db.database.reader(TENANT, (tx) => tx.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`));
    for (const plain of ['4155550100', 'w@shop.example', 'profileName']) {
      const hex = Buffer.from(plain).toString('hex');
      expect(rows.filter(({ row }) => row.includes(plain) || row.includes(hex))).toEqual([]);
    }
  }
});
