import { parseForm } from '@throughline/channel-kit';
import { interactionId, tenantId } from '@throughline/contracts';
import type { AcceptedEvent } from '@throughline/platform';
import { acceptedEvents, startForTest, until, type TestService } from '@throughline/platform/testing';
import { phoneService } from './phone.module';
import { twilioSignature } from './twilio-signature';

const TENANT = tenantId('phone-spec');
const PUBLIC_URL = 'https://calls.example';
const PATH = '/v1/webhooks/twilio-voice/acc_phone';

describe('the phone service', () => {
  let service: TestService;
  const records: AcceptedEvent[] = [];

  beforeAll(async () => {
    service = await startForTest(phoneService, { publicUrl: PUBLIC_URL });
    const { publish, runtime } = service;
    await publish.tenant({ id: TENANT, name: 'Spec' });
    await publish.account({ id: 'acc_phone', tenant: TENANT, provider: 'twilio-voice', channel: 'phone', address: '+14155550199' }, { secret: 'auth-token' });
    await runtime.bus.group({ topic: 'interactions', group: 'spec', onRejected: async () => undefined, handle: async (batch) => void records.push(...(await acceptedEvents(runtime, batch))) });
  });
  beforeEach(() => void records.splice(0));
  afterAll(() => service?.close());

  const callback = (fields: Record<string, string>, { path = PATH, token = 'auth-token', signed }: { path?: string; token?: string; signed?: string } = {}) => {
    const payload = new URLSearchParams(fields).toString();
    const signature = twilioSignature(token, signed ?? PUBLIC_URL + path, parseForm(Buffer.from(payload)));
    return service.app.inject({ method: 'POST', url: path, payload, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature } });
  };
  const call = (callSid: string, CallStatus: string, more = {}) => ({ CallSid: callSid, CallStatus, From: '+14155550100', To: '+14155550199', Direction: 'inbound', ...more });

  it('takes a call from ringing to its end, unverified, with the ids it has for ever', async () => {
    const answers = [await callback(call('CA1', 'ringing')), await callback(call('CA1', 'in-progress')), await callback(call('CA1', 'completed', { CallDuration: '61' }))];
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual(Array(3).fill([200, '<Response/>']));
    await until(() => records.length === 3);
    expect(records.map(({ envelope }) => [envelope?.type, envelope?.id])).toEqual(
      [['call.started', 'call-started'], ['call.answered', 'call-answered'], ['call.ended', 'call-ended']].map(([type, kind]) => [type, interactionId(TENANT, 'acc_phone', kind!, ['CA1'])]),
    );
    const { body } = records[2]!;
    expect(body).toMatchObject({ identities: [{ namespace: 'phone', value: '+14155550100', verified: false }], conversation: 'CA1' });
    expect(JSON.parse(Buffer.from(body.data).toString())).toEqual({ status: 'completed', durationMs: 61_000 });
  });

  it('gives one id and one digest to queued, initiated, ringing and their redelivery', async () => {
    for (const status of ['queued', 'initiated', 'ringing', 'ringing']) await callback(call('CA2', status));
    await until(() => records.length === 4);
    expect(new Set(records.map(({ envelope, digest }) => `${envelope?.id} ${Buffer.from(digest).toString('hex')}`)).size).toBe(1);
  });

  it('takes a withheld caller by her call', async () => {
    expect((await callback(call('CA3', 'ringing', { From: 'anonymous' }))).statusCode).toBe(200);
    await until(() => records.length === 1);
  });

  it('accepts the signature over the address with its query and the standard port', async () => {
    const path = `${PATH}?site=1`;
    expect((await callback(call('CA4', 'ringing'), { path, signed: `https://calls.example:443${path}` })).statusCode).toBe(200);
  });

  it.each([
    ['another token', 401, { token: 'other' }],
    ['another address', 401, { signed: 'https://evil.example/hook' }],
    ['an unknown account', 404, { path: '/v1/webhooks/twilio-voice/acc_nobody' }],
  ])('refuses %s with %i', async (_, status, options) => expect((await callback(call('CA5', 'ringing'), options)).statusCode).toBe(status));

  it('answers 400 to a callback without a status, naming the field', async () =>
    expect((await callback({ CallSid: 'CA6' })).json()).toMatchObject({ status: 400, errors: [{ pointer: '/CallStatus' }] }));
});
