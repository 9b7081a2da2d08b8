import { randomUUID } from 'node:crypto';
import { migrate } from '@throughline/postgres';
import { testDatabase } from '@throughline/postgres/testing';
import { migrations } from '.';
import { TOLD_COLUMNS, latestPointers, type ToldColumns } from '../trait-values';
import { traitsInSummaries } from './traits-in-summaries';

const tenant = randomUUID();
const [known, silent] = [randomUUID(), randomUUID()];

it('keeps which events told what, in one of the rows of their segment, behind the wall of its tenant', async () => {
  const test = await testDatabase('profile', migrations.filter((migration) => migration !== traitsInSummaries));
  const [name, language] = [randomUUID(), randomUUID()];
  await test.database.writer([tenant], async (tx) => {
    const summary = 'INSERT INTO segment_summary (tenant, segment, channel, account, count, last_at) VALUES ($1, $2, $3, $4, 1, 5)';
    for (const [segment, channel] of [[known, 'sms'], [known, 'email'], [silent, 'sms']]) await tx.query(summary, [tenant, segment, channel, 'acc']);
    const trait = 'INSERT INTO segment_trait (tenant, segment, trait, event, at, sequence) VALUES ($1, $2, $3, $4, $5, $6)';
    await tx.query(trait, [tenant, known, 'name', name, -7, 3]);
    await tx.query(trait, [tenant, known, 'language', language, 1_700_000_000_000, 0]);
  });
  await migrate(test.url, 'profile', migrations);
  const read = (segment: string, of = tenant) =>
    test.database.reader(of, async (tx) => {
      const { rows } = await tx.query<ToldColumns>(`SELECT ${TOLD_COLUMNS} FROM segment_summary WHERE segment = $1`, [segment]);
      return latestPointers(rows.map((row) => ({ ...row, segment })));
    });
  const found = [await read(known), await read(silent), await read(known, randomUUID())];
  await test.drop();
  expect(found).toEqual([
    [
      { trait: 'name', segment: known, source: name, at: -7, sequence: 3 },
      { trait: 'language', segment: known, source: language, at: 1_700_000_000_000, sequence: 0 },
    ],
    [],
    [],
  ]);
});
