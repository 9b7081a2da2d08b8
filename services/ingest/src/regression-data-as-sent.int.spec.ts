// One item whose data holds the name `__proto__` had the whole batch refused as no JSON; and a whole number beyond 2^53 was taken and kept as another one, without a word.
import { interactionId, tenantId } from '@throughline/contracts';
import { startForTest, type TestService } from '@throughline/platform/testing';
import { ingestService } from './ingest.module';

const TENANT = tenantId('data-as-sent');
const KEY = 'tl_data-as-sent-key-0123456789';
const item = (id: string, data: string) =>
  `{"id":"${id}","account":"acc_sent","type":"thing.happened","direction":"inbound","occurredAt":"2026-01-31T08:15:30Z","identities":[{"namespace":"loyalty","value":"L-1"}],"data":${data}}`;

describe('data that JSON can say', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startForTest(ingestService);
    await service.publish.tenant({ id: TENANT, name: 'Spec' });
    await service.publish.account({ id: 'acc_sent', tenant: TENANT, provider: 'generic', channel: 'phone' });
    await service.publish.key(TENANT, KEY, ['ingest']);
  });
  afterAll(() => service.close());

  const post = (path: string, payload: string) =>
    service.app.inject({ method: 'POST', url: `/v1/interactions${path}`, headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, payload });

  it.each(['{"__proto__":1}', '{"a":[{"constructor":{"prototype":1}}]}', '{"\\u005f_proto__":{}}'])('hurts no neighbour: %s', async (data) => {
    const answer = await post('/batch', `{"interactions":[${item('a', '{}')},${item('b', data)},${item('c', '{"constructor":"Lada"}')}]}`);
    expect(answer.json()).toMatchObject({ items: [{ status: 'accepted' }, { status: 'rejected', problem: { status: 400, errors: [{ code: 'name' }] } }, { status: 'accepted' }] });
    expect((await post('', item('b', data))).statusCode).toBe(400);
  });

  it('is warned of where it may be kept as another number', async () => {
    const answer = await post('', item('d', '{"order/id":12345678901234567890,"lines":[{"price":0.1,"count":9007199254740991},{"ref":-9007199254740993}]}'));
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      {
        interactionId: interactionId(TENANT, 'acc_sent', 'interaction', ['d']),
        warnings: ['/data/order~1id', '/data/lines/1/ref'].map((pointer): object => ({ pointer, code: 'number-rounded', detail: expect.stringContaining('send it as text') })),
      },
    ]);
  });
});
