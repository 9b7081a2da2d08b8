import { fromBinary } from '@bufbuild/protobuf';
import { hubSignature } from '@throughline/channel-kit';
import type { SampleFile } from '@throughline/channel-kit/testing';
import { DeadLetterSchema, tenantId, type DeadLetter } from '@throughline/contracts';
import type { AcceptedEvent } from '@throughline/platform';
import { acceptedEvents, startForTest, until, type TestService } from '@throughline/platform/testing';
import { socialService } from './social.module';
import sampleFile from './whatsapp.samples.json';

const TENANT = tenantId('social-spec');
const PATH = '/v1/webhooks/whatsapp/acc_whatsapp';
const { samples } = sampleFile as unknown as SampleFile;

describe('the social service', () => {
  let service: TestService;
  const records: AcceptedEvent[] = [];
  const deadLetters: DeadLetter[] = [];

  beforeAll(async () => {
    service = await startForTest(socialService);
    const { publish, runtime } = service;
    await publish.tenant({ id: TENANT, name: 'Spec' });
    await publish.account({ id: 'acc_whatsapp', tenant: TENANT, provider: 'whatsapp', channel: 'social', address: '1122334455667' }, { secret: 'app-secret', verifyToken: 'tok' });
    const onRejected = async () => undefined;
    await runtime.bus.group({ topic: 'interactions', group: 'spec', onRejected, handle: async (batch) => void records.push(...(await acceptedEvents(runtime, batch))) });
    await runtime.bus.group({ topic: 'dead-letters', group: 'spec', onRejected, handle: async (batch) => void deadLetters.push(...batch.map(({ value }) => fromBinary(DeadLetterSchema, value))) });
  });
  beforeEach(() => {
    records.splice(0);
    deadLetters.splice(0);
  });
  afterAll(() => service?.close());

  const notify = (body: unknown, secret = 'app-secret') => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    return service.app.inject({ method: 'POST', url: PATH, payload, headers: { 'content-type': 'application/json', 'x-hub-signature-256': hubSignature(secret, Buffer.from(payload)) } });
  };
  const messages = (...list: object[]) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value: { metadata: { phone_number_id: '1122334455667' }, messages: list } }] }],
  });
  const text = (id: string | undefined, from = '14155550100', body = 'hi') => ({ from, id, timestamp: '1769847330', type: 'text', text: { body } });

  it('takes every sample', async () => {
    for (const { json } of samples) expect((await notify(json)).statusCode).toBe(200);
    await until(() => records.length === samples.reduce((sum, { interactions }) => sum + interactions.length, 0));
    expect(deadLetters).toEqual([]);
  });

  it('vouches for the number and the user id that WhatsApp has proven', async () => {
    await notify(messages({ ...text('wamid.vouched'), from_user_id: 'US.1' }));
    await until(() => records.length === 1);
    const { body } = records[0]!;
    expect(body.identities).toMatchObject([{ namespace: 'phone', value: '+14155550100', verified: true }, { namespace: 'whatsapp-user', value: 'US.1', verified: true }]);
  });

  it('keeps the good of a batch with bad ones, and lists the bad', async () => {
    expect((await notify(messages(text(undefined), text('wamid.good'), text('wamid.nobody', '00000')))).statusCode).toBe(200);
    await until(() => records.length === 1 && deadLetters.length === 2);
    expect(deadLetters.map(({ cause, detail }) => [cause, detail.split(':')[0]]).sort()).toEqual([['rejected', '/interactions/1/identities/0/value'], ['unparsable', '/entry/0/changes/0/value/messages/0']]);
  });

  it('takes words in any script, lone surrogates and a message of a megabyte', async () => {
    expect((await notify(messages(text('wamid.words', '14155550100', '你好 👋🏽 مرحبا \ud800')))).statusCode).toBe(200);
    expect((await notify(messages(text('wamid.big', '14155550100', 'x'.repeat(1_000_000))))).statusCode).toBe(200);
    await until(() => records.length === 2);
    expect(records.map(({ body: { content } }) => content?.text.length).sort()).toEqual([15, 1_000_000].sort());
  });

  it('answers 401 to another secret, and 400 to an authentic body it cannot read, which it keeps', async () => {
    expect((await notify(messages(text('wamid.1')), 'other')).statusCode).toBe(401);
    expect((await notify('{"object":"page"}')).json()).toMatchObject({ status: 400, errors: [{ pointer: '/object' }] });
    await until(() => deadLetters.length === 1);
    expect(records).toEqual([]);
  });

  it('echoes the challenge for the right token only', async () => {
    const ask = (token: string) => service.app.inject({ url: `${PATH}?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444` });
    expect(await ask('tok')).toMatchObject({ statusCode: 200, body: '1158201444' });
    expect((await ask('nope')).statusCode).toBe(403);
  });
});
