import { randomUUID } from 'node:crypto';
import { tenantId } from '@throughline/contracts';
import { acceptedEvents, startForTest, until, type TestService } from '@throughline/platform/testing';
import { ingestService } from './ingest.module';

const TENANT = tenantId('ingest-kafka-spec');
const KEY = 'tl_ingest-kafka-spec-0123456789';

describe('the generic door in front of Kafka', () => {
  let service: TestService;

  beforeAll(async () => {
    const kafka = { topicPrefix: `ingest-${randomUUID().slice(0, 8)}-`, maxPartitions: 2 };
    service = await startForTest(ingestService, { kafkaBrokers: [process.env.TL_TEST_KAFKA!] }, { kafka });
    await service.publish.tenant({ id: TENANT, name: 'Spec' });
    await service.publish.account({ id: 'acc_main', tenant: TENANT, provider: 'generic', channel: 'phone' });
    await service.publish.key(TENANT, KEY, ['ingest']);
  });
  afterAll(() => service?.close());

  it('is ready, and has on the bus what it answered', async () => {
    expect((await service.app.inject({ url: '/health/ready' })).json()).toMatchObject({ status: 'ok' });
    const item = { id: 'k1', account: 'acc_main', type: 'call.ended', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z', identities: [{ namespace: 'phone', value: '+14155550100' }] };
    const answer = await service.app.inject({ method: 'POST', url: '/v1/interactions', headers: { authorization: `Bearer ${KEY}` }, payload: item });
    expect(answer.statusCode).toBe(202);
    const ids: string[] = [];
    await service.runtime.bus.broadcast({ topic: 'interactions', handle: async (batch) => void ids.push(...(await acceptedEvents(service.runtime, batch)).map(({ envelope }) => envelope.id)) });
    await until(() => ids.includes(answer.json<{ interactionId: string }>().interactionId));
  });
});
