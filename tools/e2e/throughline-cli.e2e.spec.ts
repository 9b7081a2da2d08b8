import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { ask } from '../clients/api.mjs';
import { runCommand, startEmbedded, until, type Product } from './product';
import { timelineWith } from './read-back';

const IDENTITY = { namespace: 'loyalty', value: 'L-cli-canary' };

let product: Product;
beforeAll(async () => {
  product = await startEmbedded();
  await post('first', 'second');
}, 300_000);
afterAll(() => product?.stop());

let posted = 0;
async function post(...ids: string[]): Promise<void> {
  for (const id of ids) {
    await ask(product.demo, 'POST', '/v1/interactions', {
      ...{ id, account: 'acc_api', type: 'visit.made', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z' },
      ...{ identities: [IDENTITY], content: { text: `canary of ${id}` } },
    });
  }
  posted += ids.length;
  await timelineWith(product.demo, posted, IDENTITY.namespace, IDENTITY.value);
}

const cli = (args: string[], env: NodeJS.ProcessEnv = {}) => runCommand(['tools/cli/main.mjs', ...args], { ...product.env, ...env });

async function report(args: string[], env?: NodeJS.ProcessEnv) {
  const { code, output } = await cli([...args, '--json'], env);
  return { code, report: JSON.parse(output.trim().split('\n').at(-1)!) as { intact: boolean; events: number; bodies: { opened: number }; findings: { fault: string; eventId?: string }[] } };
}

async function asSuperuser<R>(sql: string): Promise<R[]> {
  const admin = new Client({ connectionString: product.databaseUrl });
  await admin.connect();
  return admin.query(sql).then(({ rows }) => rows as R[]).finally(() => admin.end());
}

describe('throughline', () => {
  it('verifies the log of a running product, bodies opened, and says nothing of what is in them', async () => {
    const { code, report: verified } = await report(['verify', '--bodies']);
    expect({ code, ...verified }).toMatchObject({ code: 0, intact: true, events: posted, bodies: { opened: posted }, findings: [] });
    expect(await report(['verify', '--service', 'admin', '--bodies'])).toMatchObject({ code: 0, report: { intact: true } });
    const { output } = await cli(['verify', '--bodies']);
    expect(output).toContain('Intact.');
    for (const secret of ['canary', new URL(product.databaseUrl).password, product.demo.apiKey]) expect(output).not.toContain(secret);
  }, 300_000);

  it('takes a digest that verifies far from the database, and against it after more was appended', async () => {
    const folder = join(product.folder, 'given');
    const { code, output } = await cli(['digest', 'take', '--out', folder, '--json']);
    const taken = JSON.parse(output) as { file: string; header: { streams: number } };
    expect({ code, taken }).toMatchObject({ code: 0, taken: { header: { streams: 1 } } });
    const key = join(folder, 'key.pem');
    writeFileSync(key, (await cli(['digest', 'public-key'])).output);
    const elsewhere = { DATA_DIR: join(product.folder, 'nothing-here') };
    expect(await report(['verify', '--digest', taken.file, '--public-key', key, '--offline'], elsewhere)).toMatchObject({ code: 0, report: { intact: true } });
    const [{ tenant, stream }] = (await asSuperuser<{ tenant: string; stream: string }>('SELECT tenant, stream FROM profile.stream')) as [{ tenant: string; stream: string }];
    const proof = join(folder, 'proof.json');
    expect(await cli(['digest', 'export', taken.file, '--tenant', tenant, '--stream', stream, '--to', proof])).toMatchObject({ code: 0 });
    expect(await report(['verify', '--proof', proof, '--public-key', key, '--offline'], elsewhere)).toMatchObject({ code: 0, report: { intact: true } });
    writeFileSync(proof, readFileSync(proof, 'utf8').replace('"version":2', '"version":3'));
    expect(await report(['verify', '--proof', proof, '--offline'], elsewhere)).toMatchObject({ code: 1, report: { intact: false } });
    await post('third');
    expect(await report(['verify', '--digest', taken.file, '--public-key', key])).toMatchObject({ code: 0, report: { intact: true, events: posted } });
  }, 300_000);

  it('replaces keys while the product runs, and destroys the former ones: everything opens as before', async () => {
    const keys = async (...args: string[]) => {
      const { code, output } = await cli(['keys', ...args, '--json']);
      return { code, all: output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { tenant: string; config: string[]; moved: number; bodies: number; destroyed: number; inUse: number; retired: number }) };
    };
    expect(await keys('list')).toMatchObject({ code: 0, all: [{ config: ['1'], hash: ['1'] }] });
    expect(await cli(['keys', 'destroy', 'slots'])).toMatchObject({ code: 2, output: expect.stringContaining('--retired-before') });
    expect(await keys('rotate', 'slots')).toMatchObject({ code: 0, all: [{ moved: 1 }] });
    expect(await keys('slots')).toMatchObject({ all: [{ inUse: 1, retired: 1 }] });
    expect(await keys('destroy', 'slots', '--retired-before', '2100-01-01T00:00:00Z')).toMatchObject({ code: 0, all: [{ destroyed: 1 }] });
    const { code, all: [moved] } = await keys('rotate', 'config', '--settle', '0');
    expect({ code, moved }).toMatchObject({ code: 0, moved: { bodies: expect.any(Number) } });
    expect(moved!.bodies).toBeGreaterThan(0);
    expect(await keys('destroy', 'config')).toMatchObject({ code: 0, all: [{ destroyed: 1 }] });
    expect(await keys('list')).toMatchObject({ all: [{ config: ['2'] }] });
    await post('fourth');
    for (const service of ['profile', 'admin']) expect(await report(['verify', '--service', service, '--bodies'])).toMatchObject({ code: 0, report: { intact: true, bodies: { keyGone: 0 } } });
  }, 300_000);

  it('names the first event that was changed, with exit code 1', async () => {
    const [changed] = await asSuperuser<{ id: string }>('UPDATE profile.event SET envelope = set_byte(envelope, 3, get_byte(envelope, 3) # 1) WHERE version = 2 RETURNING id');
    expect(await report(['verify'])).toMatchObject({ code: 1, report: { intact: false, findings: [{ fault: 'envelope-changed', eventId: changed!.id }] } });
    const { output } = await cli(['verify']);
    expect(output).toMatch(new RegExp(`first: envelope-changed: tenant .* version 2, position .* event ${changed!.id}`));
  }, 300_000);

  it('says in one line what it cannot do, with exit code 2', async () => {
    const nothing = await cli(['verify'], { DATA_DIR: join(product.folder, 'nothing-here') });
    expect(nothing).toMatchObject({ code: 2, output: expect.stringMatching(/^No database: [^\n]+\n$/) });
    expect(await cli(['restored', '--service', 'profile'])).toMatchObject({ code: 2, output: expect.stringContaining('stop them first') });
    expect(await cli(['verify', '--stream', 'x'])).toMatchObject({ code: 2, output: expect.stringContaining('--stream needs --tenant') });
    const demo = join(product.dataDir, 'demo.json');
    expect(await cli(['verify', '--digest', demo])).toMatchObject({ code: 2, output: expect.stringContaining('no digest') });
    await until(() => fetch(`${product.url}/health/ready`).then((answer) => answer.ok), (ready) => ready);
  }, 300_000);

  it('gives a log that was brought back from an older copy a generation of its own, while nothing runs', async () => {
    await product.halt();
    const { code, output } = await cli(['restored', '--service', 'profile']);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/generation \d{9,}/) });
  }, 300_000);
});
