import { randomUUID } from 'node:crypto';
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { DeadLetterSchema, RedriveSchema, type Redrive } from '@throughline/contracts';
import { until } from '@throughline/platform/testing';
import { AdminForTest, type TestTenant } from '../testing/admin-for-test';

describe('a decision about a dead letter', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  let theirs: TestTenant;
  const redrives: Redrive[] = [];

  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
    theirs = await admin.tenant('Theirs');
    await admin.service.runtime.bus.broadcast({ topic: 'redrives', handle: async (batch) => void redrives.push(...batch.map(({ value }) => fromBinary(RedriveSchema, value))) });
  });
  afterAll(() => admin.service.close());

  const get = async (id: string) => (await admin.call('GET', `/v1/dead-letters/${id}`, mine.token)).body;
  const post = (path: string, body: object = {}, token = mine.token) => admin.call('POST', `/v1/dead-letters/${path}`, token, body);
  const inState = (id: string, state: string) => until(async () => (await get(id)).state === state);

  const put = async (more: object = {}): Promise<string> => {
    const item = { tenant: mine.id, account: 'acc_1', cause: 'unparsable', detail: 'not JSON', service: 'phone', raw: Buffer.from(randomUUID()), mediaType: 'text/plain', ...more };
    const id = await admin.service.runtime.deadLetters.put(item);
    await until(async () => (await get(id)).state !== undefined);
    return id;
  };
  const tell = (letter: MessageInitShape<typeof DeadLetterSchema>) =>
    admin.service.runtime.bus.publish('dead-letters', [{ key: Buffer.from('k'), value: toBinary(DeadLetterSchema, create(DeadLetterSchema, { tenant: mine.id, service: 'profile', cause: 'parked', ...letter })) }]);
  const park = async () => {
    const id = randomUUID();
    await tell({ id, state: 'parked', attempts: 1, nextTry: 4_000_000_000_000n, at: 1n, detail: 'TypeError: at x.js:1:2', interaction: 'first' });
    await until(async () => (await get(id)).state === 'parked');
    return id;
  };

  it('gives it back to the service that set it aside, as it was, and is kept on record', async () => {
    const id = await put({ interaction: 'abc' });
    const answer = await post(`${id}/redrive`, { reason: 'adapter mended' });
    expect(answer).toMatchObject({ status: 202, body: { id, state: 'redriven' } });
    await until(() => redrives.some((redrive) => redrive.id === id));
    const sent = redrives.find((redrive) => redrive.id === id)!;
    expect(sent).toMatchObject({ tenant: mine.id, account: 'acc_1', service: 'phone', cause: 'unparsable', interaction: 'abc', mediaType: 'text/plain', parked: false, discard: false });
    const keys = await admin.service.runtime.vault.forTenant(mine.id);
    expect((await keys.open(id, sent.raw!)).toString()).toMatch(/-/);
    expect((await get(id)).decisions).toMatchObject([{ action: 'redrive', reason: 'adapter mended', by: expect.any(String) }]);
  });

  it('takes no body at all for a redrive without a reason', async () => {
    const id = await put();
    expect(await admin.call('POST', `/v1/dead-letters/${id}/redrive`, mine.token)).toMatchObject({ status: 202 });
  });

  it('is open again where it fails again', async () => {
    const raw = Buffer.from(randomUUID());
    const id = await put({ raw });
    await post(`${id}/redrive`);
    await put({ raw, detail: 'still not JSON' });
    await inState(id, 'open');
    expect(await get(id)).toMatchObject({ detail: 'still not JSON', attempts: 2 });
  });

  it('discards it with a reason and for good, even where the same comes again', async () => {
    const raw = Buffer.from(randomUUID());
    const id = await put({ raw });
    expect(await post(`${id}/discard`)).toMatchObject({ status: 400 });
    expect(await post(`${id}/discard`, { reason: 'spam' })).toMatchObject({ status: 200, body: { state: 'discarded' } });
    await put({ raw });
    await put();
    expect(await get(id)).toMatchObject({ state: 'discarded', decisions: [{ action: 'discard', reason: 'spam' }] });
    expect(await post(`${id}/redrive`)).toMatchObject({ status: 409, body: { type: '/problems/dead-letter-settled' } });
    expect(redrives.some((redrive) => redrive.id === id)).toBe(false);
  });

  it('redrives those that fit in the order in which they failed first', async () => {
    const account = `acc_${randomUUID()}`;
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await put({ account }));
    await put({ account, cause: 'rejected' });
    const answer = await post('redrive', { account, cause: 'unparsable', reason: 'adapter mended' });
    expect(answer).toMatchObject({ status: 202, body: { redriven: 5 } });
    const sent = () => redrives.filter((redrive) => redrive.account === account).map(({ id }) => id);
    await until(() => sent().length === 5);
    expect(sent()).toEqual(ids);
    expect((await post('redrive', { account, cause: 'unparsable' })).body).toEqual({ redriven: 0, next: null });
  });

  it('redrives no more at once than asked for', async () => {
    const account = `acc_${randomUUID()}`;
    for (let n = 0; n < 3; n += 1) await put({ account });
    const redrive = async () => (await post('redrive', { account, limit: 2 })).body.redriven;
    expect([await redrive(), await redrive(), await redrive()]).toEqual([2, 1, 0]);
  });

  it('has a parked key tried at once, and what came of it is told by its service', async () => {
    const id = await park();
    expect(await get(id)).toMatchObject({ state: 'parked', cause: 'parked', attempts: 1, nextTry: '2096-10-02T07:06:40.000Z', detail: 'TypeError: at x.js:1:2', raw: null });
    expect(await post(`${id}/redrive`)).toMatchObject({ status: 202, body: { state: 'parked' } });
    await until(() => redrives.some((redrive) => redrive.id === id));
    expect(redrives.find((redrive) => redrive.id === id)).toMatchObject({ parked: true, discard: false, service: 'profile' });
    await tell({ id, state: 'parked', attempts: 2, nextTry: 4_000_000_000_000n, at: 2n, detail: 'TypeError: again' });
    await until(async () => (await get(id)).attempts === 2);
    await tell({ id, state: 'passed', at: 3n });
    await inState(id, 'passed');
    expect(await get(id)).toMatchObject({ detail: 'TypeError: again', nextTry: null });
    expect(await post(`${id}/redrive`)).toMatchObject({ status: 409 });
  });

  it('has the head of a parked key dropped', async () => {
    const id = await park();
    expect(await post(`${id}/discard`, { reason: 'will never do' })).toMatchObject({ status: 200, body: { state: 'parked' } });
    await until(() => redrives.some((redrive) => redrive.id === id));
    expect(redrives.find((redrive) => redrive.id === id)).toMatchObject({ parked: true, discard: true });
  });

  it('is listed by state', async () => {
    const id = await park();
    const listed = async (state: string) => (await admin.call('GET', `/v1/dead-letters?state=${state}&limit=200`, mine.token)).body.items;
    expect((await listed('parked')).map((item) => item.id)).toContain(id);
    expect((await listed('open')).every((item) => item.state === 'open')).toBe(true);
    expect(await admin.call('GET', '/v1/dead-letters?state=x', mine.token)).toMatchObject({ status: 400 });
  });

  it('is nobody else\'s to make', async () => {
    const id = await put();
    expect(await post(`${id}/redrive`, {}, theirs.token)).toMatchObject({ status: 404 });
    expect(await post('x/redrive')).toMatchObject({ status: 404 });
    const { token } = (await admin.call('POST', '/v1/keys', mine.token, { scopes: ['read'] })).body;
    expect(await post(`${id}/redrive`, {}, token)).toMatchObject({ status: 403 });
    expect((await post('redrive', {}, theirs.token)).body).toEqual({ redriven: 0, next: null });
  });
});
