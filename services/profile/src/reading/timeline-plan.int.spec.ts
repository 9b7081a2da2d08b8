import type { Tx } from '@throughline/postgres';
import { Client } from 'pg';
import { ProfileBench, TENANT } from '../testing/profile-bench';
import { readPage, type PageRequest } from './timeline-page';

let bench: ProfileBench;
let segments: string[];

beforeAll(async () => {
  bench = await ProfileBench.open();
  await bench.post(...Array.from({ length: 2000 }, (_, n) => ({ id: `p${n}`, at: 1_700_000_000_000 + n, identities: [`visitor:${n % 4}`, ...(n < 2 ? ['!visitor:3'] : [])] })));
  const { customerId } = (await bench.customer('visitor:3'))!;
  const { rows } = await bench.db.database.reader(TENANT, (tx) => tx.query<{ segment: string }>('SELECT segment FROM segment WHERE customer = $1', [customerId]));
  segments = rows.map(({ segment }) => segment);
});
afterAll(() => bench.close());

/** How PostgreSQL would read the page. */
async function plan(request: Partial<PageRequest>): Promise<string> {
  const explain = (tx: Tx) => {
    const query = (text: unknown, values: unknown) => tx.query(`EXPLAIN ${String(text)}`, values as unknown[]);
    let rows: Record<string, string>[] = [];
    const explaining = { query: async (text: unknown, values: unknown) => ((rows = (await query(text, values)).rows), { rows: [] }) } as unknown as Tx;
    const whole: PageRequest = { tenant: TENANT, segments, order: 'desc', from: undefined, turn: 'next', limit: 50, filter: {}, ...request };
    return readPage(explaining, whole).then(() => rows.map((row) => row['QUERY PLAN']).join('\n'));
  };
  return bench.db.database.reader(TENANT, explain);
}

const from = { occurredAt: '1700000001000', sequence: '0', interaction: TENANT };

describe('a page of a timeline', () => {
  it('never looks through all rows of a tenant, even where the tables were never analysed', async () => {
    expect(segments).toHaveLength(3);
    expect(await plan({})).toMatch(/timeline_page[^]*Index Cond: \(segment = s\.segment\)/);
  });

  it.each<[string, Partial<PageRequest>]>([
    ['at its beginning', {}],
    ['further on', { from }],
    ['the other way', { order: 'asc', from }],
    ['of one channel and type', { filter: { channel: 'phone', type: 'call.ended' } }],
    ['of a conversation and a time', { from, filter: { conversations: [Buffer.alloc(16)], from: 1_700_000_000_500 } }],
  ])('is read from the index alone, in its order: %s', async (_, request) => {
    const admin = new Client({ connectionString: bench.db.adminUrl });
    await admin.connect();
    await admin.query('VACUUM ANALYZE profile.timeline_item').finally(() => admin.end());
    const text = await plan(request);
    expect(text).toMatch(/Index Only Scan (Backward )?using timeline_page/);
    expect(text).not.toMatch(/Seq Scan on timeline_item|Bitmap/);
  });
});
