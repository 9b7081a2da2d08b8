import { unavailable } from '@throughline/contracts';
import { serverError } from './server-gone';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('an error of the server', () => {
  it.each(['57P01', '57P03', '08006', '08000', '53300', '25P03', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND'])('%s says that it is unavailable', (code) => {
    expect(serverError(withCode(code))).toMatchObject({ kind: 'unavailable', slug: 'database-unavailable' });
  });

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])('"%s" says so too', (message) => {
    expect(serverError(new Error(message))).toMatchObject({ kind: 'unavailable' });
  });

  it('is found among the attempts at several addresses', () => {
    expect(serverError(new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]))).toMatchObject({ kind: 'unavailable' });
  });

  it.each(['23505', '40001', '40P01', '42501', '57014'])('%s is left as it is', (code) => {
    const error = withCode(code);
    expect(serverError(error)).toBe(error);
  });

  it('that is known already is left as it is, and so is what is no error', () => {
    const known = unavailable('bus-unavailable', 'x');
    expect(serverError(known)).toBe(known);
    expect(serverError('text')).toBe('text');
  });
});
