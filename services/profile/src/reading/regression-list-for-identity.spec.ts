// A list where an identity belongs passed the check, and was our own error (500).
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { CustomerLookup } from './customer.dto';

const faults = (identities: unknown) => validateSync(plainToInstance(CustomerLookup, { identities })).map(({ property }) => property);
const identity = { namespace: 'phone', value: '+14155550100' };

describe('a lookup', () => {
  it.each([[[[]]], [[[identity]]], [[identity, []]]])('is malformed with a list for an identity: %j', (identities) => expect(faults(identities)).toEqual(['identities']));

  it('is taken with an identity', () => expect(faults([identity])).toEqual([]));
});
