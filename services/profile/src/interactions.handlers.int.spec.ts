import { randomUUID } from 'node:crypto';
import { formatAccepted, formatIdentity, revisionId, segmentId } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import { idOf, type TestInteraction } from './testing/interaction-message';
import { caller, ProfileBench, TENANT } from './testing/profile-bench';

let bench: ProfileBench;
beforeAll(async () => void (bench = await ProfileBench.open()));
afterAll(() => bench.close());
beforeEach(() => void bench.letters.splice(0));

const customerOf = async (identity: string) => (await bench.customer(identity))?.customerId;
const itemsOf = async (identity: string) => (await bench.timeline((await customerOf(identity))!)).items;

describe('an interaction', () => {
  it('lands in the timeline of the identity its channel gives', async () => {
    await bench.post({ id: 'a1', identities: ['phone:+14155550001'], text: 'hello', type: 'message.received' });
    expect(await itemsOf('phone:+14155550001')).toMatchObject([{ id: idOf(TENANT, { id: 'a1' }), type: 'message.received', content: { text: 'hello' } }]);
  });

  it('has one effect however often it comes, in one batch and in many', async () => {
    const interaction = { id: 'a2', identities: ['phone:+14155550002'], text: 'once' };
    await bench.post(interaction, interaction);
    await bench.post(interaction);
    expect(await itemsOf('phone:+14155550002')).toHaveLength(1);
    expect(await bench.customer('phone:+14155550002')).toMatchObject({ version: 1, channels: { phone: { count: 1 } } });
    expect(bench.letters).toEqual([]);
  });

  it('stands against another content under its id, which becomes a dead letter', async () => {
    await bench.post({ id: 'a3', identities: ['phone:+14155550003'], text: 'first' });
    const other = { id: 'a3', identities: ['phone:+14155550003', '!email:a3@shop.example'], text: 'second' };
    await bench.post(other, { id: 'a3b', identities: ['phone:+14155550003'] });
    await bench.post(other);
    expect((await itemsOf('phone:+14155550003')).map((item) => item.content)).toEqual(expect.arrayContaining([{ text: 'first' }, {}]));
    expect(await bench.customer('email:a3@shop.example')).toBeUndefined();
    expect(bench.letters).toHaveLength(2);
    expect(bench.letters[0]).toMatchObject({ cause: 'conflict', interaction: idOf(TENANT, { id: 'a3' }), account: 'acc_phone' });
    expect(bench.letters[0]!.subject).toBe(bench.letters[1]!.subject);
  });

  it('is revised by another content where its adapter says so', async () => {
    const first = { id: 'a4', identities: ['phone:+14155550004'], text: 'draft', revisable: true };
    await bench.post(first, { ...first, text: 'final' });
    await bench.post({ ...first, text: 'final' }, first);
    const items = await itemsOf('phone:+14155550004');
    expect(items).toMatchObject([{ id: idOf(TENANT, first), content: { text: 'final' }, revision: 1 }]);
    expect(await bench.customer('phone:+14155550004')).toMatchObject({ version: 2, channels: { phone: { count: 1 } } });
    const segment = segmentId(TENANT, (await bench.vault.forTenant(TENANT)).hash('identity', 'phone:+14155550004'), 1);
    const versions = (await bench.readLog()).filter(({ stream }) => stream === segment);
    expect(versions.map(({ id }) => id)).toContain(revisionId(idOf(TENANT, first), versions.at(-1)!.digest));
  });

  it('is set aside where its blob is gone, and hurts no neighbour', async () => {
    const [broken, sound] = await bench.messages([
      { id: 'a5', identities: ['phone:+14155550005'] },
      { id: 'a6', identities: ['phone:+14155550006'] },
    ]);
    const named = Buffer.from(formatAccepted({ id: idOf(TENANT, { id: 'a5' }), account: 'acc_phone', blob: randomUUID() }));
    await bench.handlers.take([{ ...broken!, value: named }, sound!]);
    expect(await bench.customer('phone:+14155550005')).toBeUndefined();
    expect(await itemsOf('phone:+14155550006')).toHaveLength(1);
    expect(bench.letters).toMatchObject([{ cause: 'unopenable', interaction: idOf(TENANT, { id: 'a5' }) }]);
  });

  it('refuses a message that is no record', async () => {
    const [message] = await bench.messages([{ id: 'a7' }]);
    await expect(bench.handlers.take([{ ...message!, value: Buffer.from('nonsense') }])).rejects.toMatchObject({ kind: 'rejected', slug: 'undecodable' });
  });

  it('keeps a large body in the blob store, under the key of its segment', async () => {
    const text = 'x'.repeat(300 * 1024);
    await bench.post({ id: 'a8', identities: ['phone:+14155550008'], text });
    expect((await itemsOf('phone:+14155550008'))[0]!.content).toEqual({ text });
    const stored = (await bench.readLog()).find((event) => event.id === idOf(TENANT, { id: 'a8' }));
    expect(stored!.box.length).toBeLessThan(200);
  });

  it('keeps the chain of its stream intact', async () => {
    const streams = new Set((await bench.readLog()).map((event) => event.stream));
    for (const stream of streams) {
      expect(await bench.db.database.reader(TENANT, (tx) => bench.store.verify(tx, TENANT, stream))).toEqual({ intact: true });
    }
  });
});

describe('a caller who withheld who she is', () => {
  it('has a timeline by conversation and no identity to show', async () => {
    const withheld = { identities: [], conversation: 'call-1', account: 'acc_phone' };
    await bench.post({ id: 'w1', ...withheld }, { id: 'w2', ...withheld }, { id: 'w3', ...withheld, conversation: 'call-2' });
    const { rows } = await bench.db.database.reader(TENANT, (tx) =>
      tx.query<{ customer: string; n: string }>("SELECT customer, count(*) AS n FROM segment JOIN timeline_item USING (tenant, segment) WHERE namespace = '~conversation' GROUP BY customer ORDER BY n"),
    );
    expect(rows.map((row) => Number(row.n))).toEqual([1, 2]);
    const profile = await bench.customers.get(caller(TENANT), rows[1]!.customer, { header: () => undefined });
    expect(profile).toMatchObject({ identities: [], channels: { phone: { count: 2 } } });
    expect((await bench.timeline(rows[1]!.customer)).items[0]).toMatchObject({ identity: null, conversation: 'call-1' });
  });

  it('cannot be claimed by naming the conversation as an identity', async () => {
    await bench.post({ id: 'w4', identities: [], conversation: 'call-9' });
    await bench.post({ id: 'w5', identities: ['conversation:acc_phone|call-9'] });
    expect((await bench.customer('conversation:acc_phone|call-9'))!.channels).toMatchObject({ phone: { count: 1 } });
  });
});

describe('identities named in one interaction', () => {
  it('make one customer where a credential vouches for the second', async () => {
    await bench.post({ id: 'l1', identities: ['email:ann@shop.example'], channel: 'email' });
    await bench.post({ id: 'l2', identities: ['visitor:v1'], channel: 'web-chat' });
    const oldest = await customerOf('email:ann@shop.example');
    const younger = await customerOf('visitor:v1');
    await bench.post({ id: 'l3', identities: ['visitor:v1', '!email:ann@shop.example'], channel: 'web-chat' });
    const customer = await bench.customer('visitor:v1');
    expect(customer).toMatchObject({
      customerId: oldest,
      identities: [
        { namespace: 'email', value: 'ann@shop.example', verified: true, linkedBy: idOf(TENANT, { id: 'l1' }) },
        { namespace: 'visitor', value: 'v1', verified: false, linkedBy: idOf(TENANT, { id: 'l3' }) },
      ],
      channels: { email: { count: 1 }, 'web-chat': { count: 2 } },
    });
    expect(await itemsOf('email:ann@shop.example')).toHaveLength(3);
    expect(younger).not.toBe(oldest);
    expect(await bench.customers.get(caller(TENANT), younger!, { header: () => undefined })).toEqual({ ...customer, mergedInto: oldest });
  });

  it('give a history to nobody by an unverified claim', async () => {
    await bench.post({ id: 'h1', identities: ['email:victim@shop.example'] });
    await bench.post({ id: 'h2', identities: ['visitor:thief', 'email:victim@shop.example'] });
    expect(await customerOf('visitor:thief')).not.toBe(await customerOf('email:victim@shop.example'));
    expect(await itemsOf('visitor:thief')).toHaveLength(1);
    expect(await itemsOf('email:victim@shop.example')).toHaveLength(1);
  });

  it('keep nothing of a hint but in the interaction', async () => {
    await bench.post({ id: 'h3', identities: ['visitor:h3', 'email:hint@shop.example'] });
    expect(await bench.customer('email:hint@shop.example')).toBeUndefined();
  });

  it('start the segment of an identity that is linked before it says anything itself', async () => {
    await bench.post({ id: 'n1', identities: ['visitor:n1', '!crm:org:7'] });
    expect(await customerOf('crm:org:7')).toBe(await customerOf('visitor:n1'));
    await bench.post({ id: 'n2', identities: ['crm:org:7'] });
    expect(await itemsOf('visitor:n1')).toHaveLength(2);
  });

  it('are linked in both streams, each on the key of its own identity', async () => {
    await bench.post({ id: 'k1', identities: ['visitor:k1', '!email:k1@shop.example'] });
    const keys = await bench.vault.forTenant(TENANT);
    const sides = [{ namespace: 'visitor', value: 'k1' }, { namespace: 'email', value: 'k1@shop.example' }].map(formatIdentity);
    const links = (await bench.readLog()).filter((event) => event.type === 'identity.linked').slice(-2);
    expect(links.map((event) => event.stream)).toEqual(sides.map((text) => segmentId(TENANT, keys.hash('identity', text), 1)));
    expect(links.map((event) => event.key.toString())).toEqual(sides.map((text) => keys.hash('key', text).toString()));
  });

  it('join customers through others in one batch', async () => {
    await bench.post(
      { id: 'j1', identities: ['visitor:j1'] },
      { id: 'j2', identities: ['visitor:j2', '!email:j@shop.example'] },
      { id: 'j3', identities: ['visitor:j1', '!email:j@shop.example'] },
    );
    expect(await itemsOf('visitor:j2')).toHaveLength(3);
    expect(await customerOf('visitor:j2')).toBe(await customerOf('visitor:j1'));
  });
});

describe('a batch', () => {
  /** Statements of the transaction that takes these interactions. */
  async function statementsOf(interactions: readonly TestInteraction[]): Promise<number> {
    let statements = 0;
    const writer = bench.db.database.writer.bind(bench.db.database);
    const counting = (tx: Tx): Tx => ({ query: (...args: Parameters<Tx['query']>) => ((statements += 1), tx.query(...args)) }) as Tx;
    const spy = jest.spyOn(bench.db.database, 'writer').mockImplementation((tenants, work) => writer(tenants, (tx) => work(counting(tx))));
    await bench.post(...interactions);
    spy.mockRestore();
    return statements;
  }

  it('takes as many statements for one interaction as for five hundred', async () => {
    const many = (name: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({ id: `${name}${n}`, identities: [`visitor:${name}${n % 50}`, `!crm:${name}:${n % 50}`], data: { profileName: `B ${n}` } }));
    const one = await statementsOf(many('one', 1));
    expect(await statementsOf(many('b', 500))).toBe(one);
    expect(one).toBeLessThanOrEqual(20);
    expect((await bench.customer('crm:b:7'))!.channels).toMatchObject({ phone: { count: 10 } });
  });
});
