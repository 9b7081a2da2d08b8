import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminForTest, type TestTenant } from '../testing/admin-for-test';

const CANARY = 'canary-7c1f0a';
const newId = () => `acc_${randomUUID()}`;
const URL = '/v1/channel-accounts';

describe('channel accounts', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  let theirs: TestTenant;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
    theirs = await admin.tenant('Theirs');
  });
  afterAll(() => admin.service.close());

  const make = (account: object, { token } = mine) => admin.call('POST', URL, token, { provider: 'twilio-voice', channel: 'phone', ...account });
  const change = (id: string, patch: object, headers = {}, { token } = mine) => admin.call('PATCH', `${URL}/${id}`, token, patch, headers);
  const remove = (id: string, headers = {}, { token } = mine) => admin.call('DELETE', `${URL}/${id}`, token, undefined, headers);
  const known = (id: string) => admin.service.runtime.directory.account(id);

  it('are made, and known to every process with their secrets when the answer comes', async () => {
    const id = newId();
    const made = await make({ id, address: '+14155550100', secrets: { secret: 's1' }, settings: { greeting: 'hi' } });
    expect(made).toMatchObject({ status: 201, headers: { etag: '"1"' }, body: { id, provider: 'twilio-voice', channel: 'phone', address: '+14155550100', settings: { greeting: 'hi' } } });
    expect(await known(id)).toMatchObject({ tenant: mine.id, secrets: { secret: 's1' }, settings: { greeting: 'hi' } });
    expect(await admin.service.runtime.directory.accountByAddress('twilio-voice', '+14155550100')).toMatchObject({ id });
    expect(await admin.call('GET', `${URL}/${id}`, mine.token)).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: made.body });
  });

  it('get an id, and a web chat its site key, where the request gives none', async () => {
    const { body } = await make({ provider: 'web-chat', channel: 'web-chat' });
    expect(body).toMatchObject({ id: expect.stringMatching(/^acc_[0-9a-f]{24}$/), address: expect.stringMatching(/^site_[A-Za-z0-9_-]{24}$/) });
    expect(await admin.service.runtime.directory.accountByAddress('web-chat', body.address as string)).toMatchObject({ id: body.id });
  });

  it('change name by name, at once', async () => {
    const id = newId();
    await make({ id, secrets: { secret: 'old', verifyToken: 'v' }, settings: { a: 1, b: 2 } });
    const changed = await change(id, { secrets: { secret: 'new' }, settings: { a: null, c: 3 }, channel: null });
    expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { channel: null, settings: { b: 2, c: 3 } } });
    expect(await known(id)).toMatchObject({ secrets: { secret: 'new', verifyToken: 'v' }, settings: { b: 2, c: 3 }, channel: '' });
  });

  it('change only from the version that If-Match names', async () => {
    const id = newId();
    await make({ id });
    expect(await change(id, { settings: { a: 1 } }, { 'if-match': '"1"' })).toMatchObject({ status: 200 });
    expect(await change(id, { settings: { a: 2 } }, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    expect(await remove(id, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    expect(await known(id)).toMatchObject({ settings: { a: 1 } });
  });

  it('lose no change when two are made at once', async () => {
    const id = newId();
    await make({ id });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => change(id, { settings: { [name]: 1 } })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await admin.call('GET', `${URL}/${id}`, mine.token)).body.settings).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  });

  it('are gone at once when they are closed; the id is never given again, the address is', async () => {
    const [id, address] = [newId(), `+1415${randomUUID().slice(0, 7)}`];
    await make({ id, address });
    expect(await remove(id)).toMatchObject({ status: 204 });
    expect(await known(id)).toBeUndefined();
    expect(await admin.call('GET', `${URL}/${id}`, mine.token)).toMatchObject({ status: 404 });
    expect(await remove(id)).toMatchObject({ status: 404 });
    expect(await make({ id })).toMatchObject({ status: 409 });
    expect(await make({ address }, theirs)).toMatchObject({ status: 201 });
  });

  it('have ids and addresses that nobody else has, and the refusal never tells whose they are', async () => {
    const [id, address] = [newId(), `+1415${randomUUID().slice(0, 7)}`];
    await make({ id, address }, theirs);
    const sameId = await make({ id });
    expect(sameId).toMatchObject({ status: 409, body: { type: '/problems/id-taken', errors: [{ pointer: '/id', code: 'taken' }] } });
    const sameAddress = await make({ address });
    expect(sameAddress).toMatchObject({ status: 409, body: { type: '/problems/address-taken', errors: [{ pointer: '/address' }] } });
    expect(sameId.text + sameAddress.text).not.toContain(theirs.id);
    expect(await make({ provider: 'twilio-messaging', channel: 'sms', address })).toMatchObject({ status: 201 });
    const other = await make({});
    expect(await change(other.body.id, { address })).toMatchObject({ status: 409 });
  });

  it('of another tenant do not exist', async () => {
    const id = newId();
    await make({ id }, theirs);
    expect(await admin.call('GET', `${URL}/${id}`, mine.token)).toMatchObject({ status: 404 });
    expect(await change(id, { settings: {} })).toMatchObject({ status: 404 });
    expect(await remove(id)).toMatchObject({ status: 404 });
    const { items } = (await admin.call('GET', `${URL}?limit=200`, mine.token)).body;
    expect(items.map((item) => item.id)).not.toContain(id);
    expect(await known(id)).toMatchObject({ tenant: theirs.id });
  });

  it('are refused where something is wrong, and the secret is not repeated', async () => {
    expect(await make({ id: '../x' })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/id' }] } });
    expect(await make({ provider: 'Not A Slug' })).toMatchObject({ status: 400 });
    expect(await make({ owner: 'x' })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/owner' }] } });
    const bad = await make({ secrets: { good: CANARY, [`${CANARY} `]: 'x', list: [CANARY] } });
    expect(bad).toMatchObject({ status: 422, body: { errors: [{ pointer: '/secrets' }, { pointer: '/secrets/list' }] } });
    expect(bad.text).not.toContain(CANARY);
  });

  it('show their secrets in no answer, in no table and in no file', async () => {
    const id = newId();
    const texts = [await make({ id, secrets: { secret: CANARY } }), await change(id, { secrets: { other: `${CANARY}-2` } }), await admin.call('GET', `${URL}/${id}`, mine.token), await admin.call('GET', `${URL}?limit=200`, mine.token)];
    expect(await known(id)).toMatchObject({ secrets: { secret: CANARY, other: `${CANARY}-2` } });
    expect(texts.map(({ text }) => text).join('')).not.toContain(CANARY);
    expect(await everyRow()).not.toMatch(new RegExp(`${CANARY}|${Buffer.from(CANARY).toString('hex')}`));
    expect(await everyFile(admin.service.runtime.config.dataDir)).not.toContain(CANARY);
  });

  it('keep a hash of a key\'s token only, in no table and in no file the token', async () => {
    const { body } = await admin.call('POST', '/v1/keys', mine.token, { scopes: ['read'] });
    const rows = await everyRow();
    expect(rows).not.toContain(body.token);
    expect(rows).not.toContain(Buffer.from(body.token).toString('hex'));
    expect(rows).toContain(body.id);
  });

  /** Every row of the service's schema and of the bus as text, past all walls. */
  async function everyRow(): Promise<string> {
    const database = await admin.service.runtime.database('admin', []);
    const tables = ['tenant', 'api_key', 'channel_account', 'dead_letter', 'event', 'event_body', 'event_id', 'stream'];
    const own = await database.writer([mine.id, theirs.id], async (tx) => {
      const texts: string[] = [];
      for (const table of tables) texts.push((await tx.query<{ text: string }>(`SELECT coalesce(string_agg(t::text, ''), '') AS text FROM ${table} AS t`)).rows[0]!.text);
      return texts;
    });
    expect(own.filter((text) => text === '')).toHaveLength(1); // only dead_letter is empty
    return own.join('');
  }
});

async function everyFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('');
}
