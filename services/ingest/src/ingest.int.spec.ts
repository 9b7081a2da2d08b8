import { tenantId } from '@throughline/contracts';
import { startForTest, type TestService } from '@throughline/platform/testing';
import { ingestService } from './ingest.module';

const TENANT = tenantId('ingest-spec');
const KEY = 'tl_ingest-spec-key-0123456789';
const post = (payload: object, path = '', token = KEY) => ({ method: 'POST' as const, url: `/v1/interactions${path}`, headers: { authorization: `Bearer ${token}` }, payload });
const example = (more: object = {}) => ({
  id: 'gw7-000123',
  account: 'acc_main',
  type: 'call.ended',
  direction: 'inbound',
  occurredAt: '2026-01-31T08:15:30.123Z',
  identities: [{ namespace: 'phone', value: '+14155550100' }],
  ...more,
});

describe('the generic door', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startForTest(ingestService);
    await service.publish.tenant({ id: TENANT, name: 'Spec' });
    await service.publish.account({ id: 'acc_main', tenant: TENANT, provider: 'generic', channel: 'phone' });
    await service.publish.key(TENANT, KEY, ['ingest', 'vouch:email']);
  });
  afterAll(() => service?.close());

  it('takes an interaction', async () => {
    let answer = await service.app.inject(post(example()));
    console.log(answer.statusCode, answer.body, answer.headers);
    for (const url of ['/health/ready', '/health/live', '/metrics', '/openapi.json', '/docs', '/nope']) {
      answer = await service.app.inject({ url });
      console.log(url, answer.statusCode, answer.headers['content-type'], answer.body.slice(0, 600));
    }
  });
});
