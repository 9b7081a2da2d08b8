// Times that ISO 8601 knows and PostgreSQL does not were our own error (500), and those without an offset meant another moment on every server.
import { AdminForTest, type TestTenant } from '../testing/admin-for-test';

describe('a filter by time', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
  });
  afterAll(() => admin.service.close());

  it.each(['2026-W05-2', '2026-031', '2026-01-31T08:15', '2026-01-31', '2026-02-31T08:15:30Z'])('is refused where it is not RFC 3339: %s', async (from) => {
    expect((await admin.call('GET', `/v1/dead-letters?from=${from}`, mine.token)).status).toBe(400);
    expect((await admin.call('POST', '/v1/dead-letters/redrive', mine.token, { from })).status).toBe(400);
  });

  // The last two were our own error: an offset PostgreSQL does not take.
  it.each(['2026-01-31T08:15:30Z', '2026-01-31T08:15:30.123+02:00', '2026-01-31T08:15:30+16:00', '9999-12-31T23:59:59-23:59'])('is taken: %s', async (from) => {
    expect((await admin.call('GET', `/v1/dead-letters?from=${encodeURIComponent(from)}`, mine.token)).status).toBe(200);
    expect((await admin.call('POST', '/v1/dead-letters/redrive', mine.token, { from })).status).toBe(202);
  });
});
