import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SetAside } from '@throughline/platform';
import { AdminForTest, type TestTenant } from '../testing/admin-for-test';

describe('dead letters', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  let theirs: TestTenant;
  let reader: string;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
    theirs = await admin.tenant('Theirs');
    reader = (await admin.call('POST', '/v1/keys', mine.token, { scopes: ['read'] })).body.token;
  });
  afterAll(() => admin.service.close());

  const letter = (more: Partial<SetAside>): SetAside => ({
    ...{ tenant: mine.id, account: 'acc_1', cause: 'unparsable', detail: 'not JSON', service: 'phone' },
    ...{ raw: Buffer.from(randomUUID()), mediaType: 'text/plain', ...more },
  });
  const get = (id: string, token = mine.token) => admin.call('GET', `/v1/dead-letters/${id}`, token);
  const list = async (query = '', token = reader) => (await admin.call('GET', `/v1/dead-letters${query}`, token)).body;

  /** Sets it aside and waits until it is listed. */
  async function put(more: Partial<SetAside>): Promise<string> {
    const item = letter(more);
    const id = await admin.service.runtime.deadLetters.put(item);
    const token = item.tenant === mine.id ? mine.token : theirs.token;
    let answer = await get(id, token);
    while (answer.status === 404) answer = await pause(10).then(() => get(id, token));
    expect(answer.status).toBe(200);
    return id;
  }

  it('are listed with why and where from, and give their raw input back', async () => {
    const id = await put({ raw: Buffer.from('\0raw\xff', 'latin1'), interaction: 'abc' });
    const { status, body } = await get(id);
    expect({ status, body }).toMatchObject({ status: 200, body: { id, account: 'acc_1', cause: 'unparsable', detail: 'not JSON', service: 'phone', interactionId: 'abc', mediaType: 'text/plain' } });
    expect(Buffer.from(body.raw as string, 'base64').toString('latin1')).toBe('\0raw\xff');
    expect((await list()).items.map((item) => item.id)).toContain(id);
  });

  it('give large raw input back from the blob store', async () => {
    const raw = randomBytes(400_000);
    expect(Buffer.from((await get(await put({ raw }))).body.raw as string, 'base64').equals(raw)).toBe(true);
  });

  it('show their raw input to nobody without the scope admin', async () => {
    const { status, body } = await get(await put({}), reader);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('raw');
  });

  it('are kept once when they come twice', async () => {
    const same = { subject: 'same', cause: 'conflict' };
    const [first, second] = [await put(same), await put(same)];
    expect(second).toBe(first);
    expect((await list('?cause=conflict')).items).toHaveLength(1);
  });

  it('give back the raw input they came with last: the key of the former may be gone', async () => {
    const id = await put({ subject: 'again', raw: Buffer.from('once') });
    await put({ subject: 'again', raw: Buffer.from('once more') });
    const rawOf = async () => Buffer.from((await get(id)).body.raw as string, 'base64').toString();
    while ((await rawOf()) === 'once') await pause(10);
    expect(await rawOf()).toBe('once more');
  });

  it('are listed newest first, by cause and by account, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.push(await put({ account: 'acc_paged', cause: 'rejected' }));
    const shown: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`?account=acc_paged&limit=2${cursor && `&cursor=${cursor}`}`);
      shown.push(...page.items.map((item) => item.id));
      cursor = page.next;
    }
    expect(shown).toEqual(ids.toReversed());
    expect((await list('?account=acc_paged&cause=conflict')).items).toEqual([]);
  });

  it('are shown to no key without the scope read or admin', async () => {
    const { token } = (await admin.call('POST', '/v1/keys', mine.token, { scopes: ['ingest', 'send'] })).body;
    expect(await admin.call('GET', '/v1/dead-letters', token)).toMatchObject({ status: 403, body: { type: '/problems/scope' } });
    expect(await get(randomUUID(), token)).toMatchObject({ status: 403 });
  });

  it('of another tenant do not exist', async () => {
    const id = await put({ tenant: theirs.id });
    expect(await get(id)).toMatchObject({ status: 404 });
    expect(await get('x')).toMatchObject({ status: 404 });
    expect((await list('?limit=200')).items.map((item) => item.id)).not.toContain(id);
  });

  it('are kept although something on the topic is none', async () => {
    await admin.service.runtime.bus.publish('dead-letters', [{ key: Buffer.from('k'), value: Buffer.from([0xff, 0xff]) }]);
    const id = await put({});
    expect(await get(id)).toMatchObject({ status: 200 });
  });
});
