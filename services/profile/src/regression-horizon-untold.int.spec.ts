// A transaction that does not end, in any database of the server, holds back all that is published. The line that says so was promised,
// and no service had it written.
import { until, startForTest, type TestService } from '@throughline/platform/testing';
import { Client } from 'pg';
import pino from 'pino';
import { profileService } from './profile.module';

const lines: string[] = [];
let service: TestService;
let stuck: Client;
beforeAll(async () => {
  service = await startForTest(profileService, {}, { log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }) });
  stuck = new Client({ connectionString: process.env.TL_TEST_POSTGRES });
  await stuck.connect();
});
afterAll(async () => {
  await stuck?.end();
  await service?.close();
});

it('a transaction that holds back the log is told of', async () => {
  const { rows } = await stuck.query<{ xid: string }>('BEGIN; SELECT pg_current_xact_id()::text AS xid').then((results) => (results as unknown as { rows: { xid: string }[] }[])[1]!);
  const now = performance.now.bind(performance);
  // Each look comes 20 s after the last, for whoever measures by this clock.
  let ahead = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + (ahead += 20_000));
  await until(() => lines.some((line) => line.includes(`"xid":"${rows[0]!.xid}"`)));
  expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/throughline_log_horizon_seconds\{service="profile"[^}]*\} [1-9]/);
  clock.mockRestore();
  expect(lines.join('')).toContain('a transaction holds back the log');
});
