import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { DeadLetterSchema } from '@throughline/contracts';
import { readDeadLetter } from './read-dead-letter';

const good = { id: '0f0e0d0c-0000-5000-8000-000000000001', tenant: '0f0e0d0c-0000-4000-8000-000000000002', cause: 'unparsable', at: 1n };
const bytes = (letter: MessageInitShape<typeof DeadLetterSchema>) => toBinary(DeadLetterSchema, create(DeadLetterSchema, letter));

describe('a message of the topic dead-letters', () => {
  it('is the dead letter in it', () => {
    expect(readDeadLetter(bytes(good))).toMatchObject(good);
  });

  it('loses the NULs that no database keeps', () => {
    expect(readDeadLetter(bytes({ ...good, mediaType: 'a\0b' })).mediaType).toBe('a\uFFFDb');
  });

  it.each([
    ['no protobuf', Buffer.from([0xff, 0xff])],
    ['no id', bytes({ ...good, id: 'x' })],
    ['no tenant', bytes({ ...good, tenant: '' })],
    ['a time before all times', bytes({ ...good, at: -1n })],
    ['a state that is none', bytes({ ...good, state: 'open' })],
  ])('is rejected where it is %s', (_, value) => {
    expect(() => readDeadLetter(value)).toThrow(expect.objectContaining({ kind: 'rejected', slug: 'not-a-dead-letter' }));
  });
});
