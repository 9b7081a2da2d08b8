import { parseAccepted, tenantId, type AcceptedInteraction } from '@throughline/contracts';
import { startForTest, until, type TestService } from '@throughline/platform/testing';
import { profileService } from './profile.module';

// The doors refuse what only the profile says, but what they had taken before, or a door that runs still from before, or a redrive, brings
// it on the bus: a link held up its customer for ever, and a message was sent without the right to.

const TENANT = tenantId('own-types');
let service: TestService;

beforeAll(async () => {
  service = await startForTest(profileService);
  await service.publish.tenant({ id: TENANT, name: 'Shop' });
  await service.publish.account({ id: 'acc_site', tenant: TENANT, provider: 'web-chat', channel: 'web-chat', address: 'site' });
  await service.publish.key(TENANT, 'tl_all', ['read']);
});
afterAll(() => service?.close());

/** As a door made it. */
async function accepted(id: string, type: string, identity: string): Promise<AcceptedInteraction> {
  const { runtime } = service;
  const account = (await runtime.directory.account('acc_site'))!;
  const publish = jest.spyOn(runtime.bus, 'publish').mockResolvedValueOnce(undefined);
  const said = { kind: 'interaction', tuple: [id], type: 'message.received', direction: 'inbound' as const, occurredAt: '2026-01-31T08:15:30.123Z' };
  await runtime.door.accept({ account, provider: 'generic', service: 'ingest', mayVouch: () => false }, [{ ...said, identities: [{ namespace: 'crm', value: identity }] }]);
  const [, messages] = publish.mock.calls[0]!;
  publish.mockRestore();
  return { ...(parseAccepted(messages[0]!.value) as AcceptedInteraction), type };
}

async function stateOf(id: string) {
  const answer = await fetch(`${service.url}/v1/interactions/${id}?wait=30000`, { headers: { authorization: 'Bearer tl_all' } });
  return ((await answer.json()) as { state?: string }).state;
}

it.each(['identity.linked', 'message.requested'])('%s of another than the profile is set aside, and what follows goes on', async (type) => {
  const { runtime } = service;
  const aside = jest.spyOn(runtime.deadLetters, 'put');
  const [forged, after] = [await accepted(`forged ${type}`, type, type), await accepted(`after ${type}`, 'message.received', type)];
  await runtime.door.again(TENANT, forged);
  await runtime.door.again(TENANT, after);
  expect(await stateOf(after.id)).toBe('applied');
  await until(() => aside.mock.calls.length > 0);
  expect(aside.mock.calls[0]![0]).toMatchObject({ interaction: forged.id, cause: 'rejected' });
  aside.mockRestore();
});
