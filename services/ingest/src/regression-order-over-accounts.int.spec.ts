// Items of one batch that name several accounts were published account by account: what one customer did, here and there in turn, came out of order.
import type { Message } from '@throughline/bus';
import { interactionId, tenantId } from '@throughline/contracts';
import { acceptedEvents, startForTest, until, type TestService } from '@throughline/platform/testing';
import { ingestService } from './ingest.module';

const TENANT = tenantId('order-over-accounts');
const KEY = 'tl_order-over-accounts-0123456789';
const ACCOUNTS = ['acc_shop', 'acc_till'];

let service: TestService;
beforeAll(async () => {
  service = await startForTest(ingestService);
  await service.publish.tenant({ id: TENANT, name: 'Spec' });
  for (const id of ACCOUNTS) await service.publish.account({ id, tenant: TENANT, provider: 'generic', channel: 'in-store' });
  await service.publish.key(TENANT, KEY, ['ingest']);
});
afterAll(() => service?.close());

it('what a customer did on two accounts follows each other on the bus as in the batch', async () => {
  const interactions = Array.from({ length: 10 }, (_, n) => ({
    id: `visit-${n}`,
    account: ACCOUNTS[n % 2],
    type: 'visit.made',
    direction: 'inbound',
    occurredAt: '2026-01-31T08:15:30.123Z',
    identities: [{ namespace: 'phone', value: '+14155550100' }],
  }));
  const answer = await service.app.inject({ method: 'POST', url: '/v1/interactions/batch', headers: { authorization: `Bearer ${KEY}` }, payload: { interactions } });
  expect(answer.statusCode).toBe(200);

  const seen: Message[] = [];
  const subscription = await service.runtime.bus.broadcast({ topic: 'interactions', handle: async (batch) => void seen.push(...batch) });
  await until(() => seen.length >= interactions.length);
  await subscription.close();
  const events = await acceptedEvents(service.runtime, seen);
  expect(events.map(({ envelope }) => envelope.id)).toEqual(interactions.map(({ id, account }) => interactionId(TENANT, account!, 'interaction', [id])));
});
