import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { DeadLetterSchema, interactionId, RedriveSchema, rejected, tenantId, type DeadLetter, type Interaction } from '@throughline/contracts';
import { startForTest, until, type TestService } from '@throughline/platform/testing';
import { Intake } from './intake';
import { profileService } from './profile.module';

const TENANT = tenantId('profile-parked');

describe('an interaction that the profile cannot take', () => {
  let service: TestService;
  const letters: DeadLetter[] = [];
  const faults = new Map<string, Error>();

  beforeAll(async () => {
    service = await startForTest(profileService);
    await service.publish.tenant({ id: TENANT, name: 'Shop', region: 'US' });
    await service.publish.account({ id: 'acc_parked', tenant: TENANT, provider: 'generic', channel: 'phone' });
    await service.publish.key(TENANT, 'tl_parked', ['read']);
    const handle = async (batch: readonly { value: Buffer }[]) => void letters.push(...batch.map(({ value }) => fromBinary(DeadLetterSchema, value)));
    await service.runtime.bus.broadcast({ topic: 'dead-letters', handle });
    const intake = service.app.get(Intake);
    const take = intake.take.bind(intake);
    jest.spyOn(intake, 'take').mockImplementation(async (keys, interactions) => {
      for (const { envelope } of interactions) if (faults.has(envelope.id)) throw faults.get(envelope.id)!;
      return take(keys, interactions);
    });
  });
  afterAll(() => service?.close());

  const interaction = (id: string, value: string, text = id): Interaction => ({
    ...{ kind: 'interaction', tuple: [id], type: 'message.received', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z', channel: 'phone' },
    ...{ identities: [{ namespace: 'phone', value }], content: { text } },
  });
  const accept = async (one: Interaction): Promise<string> => {
    const request = { account: (await service.runtime.directory.account('acc_parked'))!, provider: 'generic', service: 'ingest', mayVouch: () => false };
    const [outcome] = await service.runtime.door.accept(request, [one]);
    return outcome!.status === 'accepted' ? outcome!.interactionId : '';
  };
  const state = async (id: string, wait = 0) => {
    const answer = await fetch(`${service.url}/v1/interactions/${id}?wait=${wait}`, { headers: { authorization: 'Bearer tl_parked' } });
    return JSON.parse(await answer.text());
  };
  const redrive = (fields: MessageInitShape<typeof RedriveSchema>) =>
    service.runtime.bus.publish('redrives', [{ key: Buffer.from('k'), value: toBinary(RedriveSchema, create(RedriveSchema, { service: 'profile', tenant: TENANT, ...fields })) }]);
  /** As admin keeps it and gives it back. */
  const asRedrive = ({ id, account, cause, interaction: subject, raw, rawBlob, mediaType }: DeadLetter) => ({ id, account, cause, interaction: subject, raw, rawBlob, mediaType });
  /** The id is known before the interaction is sent. */
  const failing = (one: Interaction, error: Error) => {
    const id = interactionId(TENANT, 'acc_parked', one.kind, one.tuple);
    faults.set(id, error);
    return id;
  };

  it('is parked with why, and so is what follows on its key; other keys go on', async () => {
    const bad = interaction('p1', '+14155550101');
    const id = failing(bad, new TypeError('a fault of ours'));
    const sent = [await accept(bad), await accept(interaction('p2', '+14155550101')), await accept(interaction('p3', '+14155550102'))];
    expect(sent[0]).toBe(id);
    expect(await state(sent[2]!, 30_000)).toMatchObject({ state: 'applied' });
    const waiting = { state: 'parked', reason: expect.stringMatching(/^TypeError: /) };
    expect([await state(sent[0]!, 30_000), await state(sent[1]!, 30_000)]).toMatchObject([waiting, waiting]);
    await until(() => letters.some((letter) => letter.interaction === id && letter.state === 'parked'));
    const letter = letters.find(({ interaction: subject }) => subject === id)!;
    expect(letter).toMatchObject({ tenant: TENANT, account: 'acc_parked', service: 'profile', cause: 'parked', attempts: 1 });
    faults.clear();
    await redrive({ id: letter.id, parked: true });
    await until(async () => (await state(sent[1]!)).state === 'applied');
    expect(await state(sent[0]!)).toMatchObject({ state: 'applied' });
    await until(() => letters.some(({ id: parking, state: told }) => parking === letter.id && told === 'passed'));
  });

  it('is dropped where its head is discarded, and what follows passes', async () => {
    const bad = interaction('d1', '+14155550103');
    const id = failing(bad, new TypeError('a fault of ours'));
    await accept(bad);
    const follower = await accept(interaction('d2', '+14155550103'));
    await until(() => letters.some((letter) => letter.interaction === id));
    await redrive({ id: letters.find((letter) => letter.interaction === id)!.id, interaction: id, parked: true, discard: true });
    await until(async () => (await state(follower)).state === 'applied');
    expect(await state(id)).toMatchObject({ status: 404 });
  });

  it('is a dead letter where it is rejected, and is applied once it is redriven after the fault was mended', async () => {
    const bad = interaction('r1', '+14155550104');
    const id = failing(bad, rejected('bad', 'will never do'));
    await accept(bad);
    await until(() => letters.some((letter) => letter.interaction === id));
    faults.clear();
    await redrive(asRedrive(letters.find((letter) => letter.interaction === id)!));
    await until(async () => (await state(id)).state === 'applied');
  });

  it('is a conflict again where it is redriven and still contradicts what stands', async () => {
    const id = await accept(interaction('c1', '+14155550105', 'first'));
    await accept(interaction('c1', '+14155550105', 'second'));
    const conflicts = () => letters.filter((letter) => letter.interaction === id && letter.cause === 'conflict');
    await until(() => conflicts().length === 1);
    await redrive(asRedrive(conflicts()[0]!));
    await until(() => conflicts().length === 2);
    expect(conflicts()[1]!.id).toBe(conflicts()[0]!.id);
    expect(conflicts()[1]!.at >= conflicts()[0]!.at).toBe(true);
  });

  it('comes back to the dead letters where it is nothing the profile could take', async () => {
    const id = await service.runtime.deadLetters.put({ tenant: TENANT, cause: 'rejected', detail: 'x', service: 'profile', raw: Buffer.from('{}'), mediaType: 'text/plain' });
    await until(() => letters.some((letter) => letter.id === id));
    await redrive(asRedrive(letters.find((letter) => letter.id === id)!));
    await until(() => letters.filter((letter) => letter.id === id).length === 2);
    expect(letters.filter((letter) => letter.id === id)[1]).toMatchObject({ detail: 'It is no interaction off the bus.', service: 'profile', mediaType: 'text/plain' });
  });
});
