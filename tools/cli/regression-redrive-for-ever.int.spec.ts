// What failed again was at once the oldest that waited: `redrive --all` gave back the same thousand for ever, and never came to what lay behind them.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { RedriveSchema } from '@throughline/contracts';
import { until } from '@throughline/platform/testing';
import { AdminForTest, type TestTenant } from '../../services/admin/src/testing/admin-for-test';

const run = promisify(execFile);
const LETTERS = 1001;
const LIMIT_MS = 30_000;

describe('throughline dead-letters redrive, where all fail again before the next call', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tl-cli-'));
  const failed = new Map<string, Buffer>();
  const given: string[] = [];
  let failures = 0;
  let admin: AdminForTest;
  let mine: TestTenant;
  let inFront: Server;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
    writeFileSync(join(folder, 'key'), mine.token);
    await admin.service.runtime.bus.broadcast({ topic: 'redrives', handle: async (batch) => void given.push(...batch.map(({ value }) => fromBinary(RedriveSchema, value).id)) });
    inFront = createServer((request, response) => {
      void json(request)
        .then((body) => admin.call('POST', request.url!, mine.token, body as object))
        .then(async (answer) => (await failAgain(), response.end(answer.text)));
    });
    await new Promise<void>((resolve) => inFront.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    inFront.close();
    await admin.service.close();
    rmSync(folder, { recursive: true });
  });

  const put = (raw: Uint8Array) =>
    admin.service.runtime.deadLetters.put({ tenant: mine.id, account: 'acc_1', cause: 'unparsable', detail: 'not JSON', service: 'phone', raw, mediaType: 'text/plain' });
  const count = async (state: string) => {
    const table = await admin.service.runtime.database('admin', []);
    const { rowCount } = await table.reader(mine.id, (tx) => tx.query('SELECT FROM dead_letter WHERE state = $1', [state]));
    return rowCount!;
  };

  /** All that are with their service come back. */
  async function failAgain(): Promise<void> {
    const from = failures;
    failures += await count('redriven');
    await until(() => given.length === failures);
    await Promise.all(given.slice(from).map((id) => put(failed.get(id)!)));
    await until(async () => (await count('redriven')) === 0);
  }

  it('gives each of them back once, and ends', async () => {
    for (let n = 0; n < LETTERS; n += 1) {
      const raw = Buffer.from(randomUUID());
      failed.set(await put(raw), raw);
    }
    await until(async () => (await count('open')) === LETTERS);
    const { port } = inFront.address() as AddressInfo;
    const cli = ['tools/cli/main.mjs', 'dead-letters', 'redrive', '--all', '--json', '--url', `http://127.0.0.1:${port}`, '--key-file', join(folder, 'key')];
    const { stdout } = await run(process.execPath, cli, { timeout: LIMIT_MS });
    expect(JSON.parse(stdout)).toEqual({ redriven: LETTERS });
    expect(new Set(given).size).toBe(LETTERS);
    expect(given).toHaveLength(LETTERS);
  });
});
