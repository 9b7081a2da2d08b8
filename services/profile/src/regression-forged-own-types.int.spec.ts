import { tenantId, type Interaction } from '@throughline/contracts';
import { startForTest, type TestService } from '@throughline/platform/testing';
import { profileService } from './profile.module';

// What only the profile says could be posted by any gateway. `identity.linked` was taken for a link of ours: it could not be folded, and all
// that followed on the customer's key waited behind it for ever. `message.requested` was sent to a visitor without the right to send.

const TENANT = tenantId('forged');
let service: TestService;
const said = (id: string, identity: string) => ({
  ...{ kind: 'interaction', tuple: [id], direction: 'inbound' as const, occurredAt: '2026-01-31T08:15:30.123Z', conversation: 'c' },
  identities: [{ namespace: 'crm', value: identity }],
});

beforeAll(async () => {
  service = await startForTest(profileService);
  await service.publish.tenant({ id: TENANT, name: 'Shop' });
  await service.publish.account({ id: 'acc_site', tenant: TENANT, provider: 'web-chat', channel: 'web-chat', address: 'site' });
  await service.publish.key(TENANT, 'tl_all', ['read']);
});
afterAll(() => service?.close());

/** By a gateway that may vouch for nobody. */
async function accept(...interactions: Interaction[]) {
  const account = (await service.runtime.directory.account('acc_site'))!;
  return service.runtime.door.accept({ account, provider: 'generic', service: 'ingest', mayVouch: () => false }, interactions);
}

async function read(path: string) {
  const answer = await fetch(`${service.url}/v1/${path}`, { headers: { authorization: 'Bearer tl_all' } });
  return JSON.parse(await answer.text());
}

describe('a type that only the profile says', () => {
  it.each(['identity.linked', 'message.requested'])('is refused at the door: %s', async (type) => {
    expect(await accept({ ...said(type, 'org:1'), type })).toMatchObject([{ status: 'rejected', errors: [{ pointer: '/type', code: 'reserved' }] }]);
  });

  it('holds up nothing of the customer it names', async () => {
    const [, after] = await accept({ ...said('link', 'org:2'), type: 'identity.linked', data: { peer: TENANT } }, { ...said('after', 'org:2'), type: 'message.received' });
    expect(await read(`interactions/${(after as { interactionId: string }).interactionId}?wait=30000`)).toMatchObject({ state: 'applied' });
  });
});
