import { fromCloudEvent } from './cloud-event';

const event = { specversion: '1.0', id: 'ce-1', source: 'acc_main', type: 'call.ended', time: '2026-01-31T08:15:30Z', data: { direction: 'inbound' } };
const pointers = (value: unknown) => {
  try {
    fromCloudEvent(value);
    return [];
  } catch (error) {
    return (error as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);
  }
};

describe('a CloudEvent', () => {
  it('says what its data does not', () => {
    expect(fromCloudEvent(event)).toEqual({ item: { id: 'ce-1', account: 'acc_main', type: 'call.ended', occurredAt: '2026-01-31T08:15:30Z', direction: 'inbound' }, under: '/data' });
  });

  it('leaves the word to its data', () => {
    const own = { id: 'own', account: 'acc_own', type: 'call.missed', occurredAt: '2026-01-01T00:00:00Z' };
    expect(fromCloudEvent({ ...event, data: own }).item).toEqual(own);
  });

  it.each([
    [null, ['']],
    [[event], ['']],
    [{ ...event, specversion: '0.3' }, ['/specversion']],
    [{ ...event, id: '', source: 7 }, ['/id', '/source']],
    [{ ...event, data: 'text' }, ['/data']],
    [{}, ['/specversion', '/id', '/source', '/type', '/data']],
  ])('is none: %j', (value, expected) => expect(pointers(value)).toEqual(expected));
});
