import { unavailable } from '@throughline/contracts';
import { faultOf } from './bus-log';

describe('an error in the log', () => {
  it('tells our own errors as they are', () => {
    expect(faultOf(unavailable('bus-unavailable', 'not there'))).toEqual({ error: 'bus-unavailable', reason: 'not there' });
  });

  it('never quotes what a stranger says, which may hold the input', () => {
    const error = (() => {
      try {
        return JSON.parse('{"email": "anna@example.org" oops');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(JSON.stringify(faultOf(error))).not.toContain('anna');
    expect(faultOf(error)).toMatchObject({ error: 'SyntaxError' });
  });
});
