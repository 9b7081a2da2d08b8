import { tenantId } from '@throughline/contracts';
import { startForTest, type TestService } from '@throughline/platform/testing';
import { profileService } from './profile.module';

// What a caller writes may be no time, hold a NUL or half a character. Each of these was answered by 500.

const TENANT = tenantId('unkeepable');
let service: TestService;
let interaction: string;
let timeline: string;

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${service.url}${path}`, { ...init, headers: { authorization: 'Bearer tl_all', 'content-type': 'application/json' } });
const json = async (answer: Response) => JSON.parse(await answer.text());

beforeAll(async () => {
  service = await startForTest(profileService);
  await service.publish.tenant({ id: TENANT, name: 'Shop' });
  await service.publish.account({ id: 'acc_site', tenant: TENANT, provider: 'web-chat', channel: 'web-chat', address: 'site' });
  await service.publish.key(TENANT, 'tl_all', ['read', 'send']);
  const request = { account: (await service.runtime.directory.account('acc_site'))!, provider: 'web-chat', service: 'spec', mayVouch: () => true };
  const said = { kind: 'message', tuple: ['1'], type: 'message.received', direction: 'inbound' as const, occurredAt: '2026-01-31T08:15:30.123Z' };
  const [outcome] = await service.runtime.door.accept(request, [{ ...said, identities: [{ namespace: 'visitor', value: 'v' }], conversation: 'c' }]);
  interaction = (outcome as { interactionId: string }).interactionId;
  timeline = `/v1/customers/${(await json(await call(`/v1/interactions/${interaction}?wait=30000`))).customerId}/timeline`;
});
afterAll(() => service?.close());

describe('a text that cannot be kept', () => {
  it.each(['channel=%00', 'type=message.%00'])('is refused in a query: %s', async (query) => {
    const answer = await call(`${timeline}?${query}`);
    expect([answer.status, (await json(answer)).type]).toEqual([400, '/problems/malformed']);
  });

  it('is refused where it should be a time: a leap second, which no computer counts', async () => {
    const answer = await call(`${timeline}?from=2026-01-31T23:59:60Z`);
    expect([answer.status, (await json(answer)).errors]).toEqual([400, [{ pointer: '/from', code: 'isIso8601', detail: 'from must be a valid ISO 8601 date string' }]]);
  });

  it('is sent with half a character replaced', async () => {
    const message = { account: 'acc_site', inReplyTo: interaction, content: { text: 'half \ud83d' }, agent: '\ude00' };
    const answer = await call('/v1/messages', { method: 'POST', body: JSON.stringify(message) });
    expect(answer.status).toBe(202);
    expect((await json(await call(`${timeline}?type=message.requested`))).items).toMatchObject([{ content: { text: 'half \ufffd' }, agent: '\ufffd' }]);
  });
});
