import type { ExecutionContext } from '@nestjs/common';
import type { Credential } from '../runtime.contract';
import { CALLER, Operator, Public, Scopes, type CallerRequest } from './access';
import { AuthGuard } from './auth.guard';

const OPERATOR = 'operator-token-0123456789';
const known: Credential = { tenant: 't', keyId: 'k', scopes: ['read'] };
const guard = new AuthGuard({ credential: (token) => (token === 'tl_known' ? known : undefined) }, OPERATOR);

class Doors {
  @Public() open(): void {}
  @Scopes('read') reading(): void {}
  @Scopes('work') working(): void {}
  @Operator() operating(): void {}
  silent(): void {}
}

function enter(door: keyof Doors, authorization?: string) {
  const request = { headers: { authorization } } as CallerRequest;
  const context = { getType: () => 'http', getHandler: () => Doors.prototype[door], getClass: () => Doors, switchToHttp: () => ({ getRequest: () => request }) };
  try {
    guard.canActivate(context as unknown as ExecutionContext);
    return request[CALLER] ?? 'in';
  } catch (error) {
    return (error as { status: number }).status;
  }
}

describe('the guard', () => {
  it('lets anybody in where the door is public', () => expect(enter('open')).toBe('in'));
  it('tells the handler who calls', () => expect(enter('reading', 'Bearer tl_known')).toBe(known));
  it('takes the scheme in any case', () => expect(enter('reading', 'bearer tl_known')).toBe(known));
  it('answers 403 where the key lacks a scope', () => expect(enter('working', 'Bearer tl_known')).toBe(403));
  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dGw6', 'Bearer tl_other', 'tl_known', 'Bearer tl_known x'])('answers 401 to %j', (header) => expect(enter('reading', header)).toBe(401));
  it('is closed where a handler says nothing', () => {
    expect([enter('silent'), enter('silent', 'Bearer tl_known')]).toEqual([401, known]);
  });
  it('knows the operator by his token only', () => {
    expect([enter('operating', `Bearer ${OPERATOR}`), enter('operating', 'Bearer tl_known'), enter('operating', 'Bearer nobody'), enter('operating')]).toEqual(['in', 403, 401, 401]);
  });
  it('asks of an inherited handler what the class asks that it is called on', () => {
    class Base {
      shared(): void {}
    }
    @Scopes('read') class Readers extends Base {}
    @Scopes('work') class Workers extends Base {}
    const enterAs = (controller: typeof Base) => {
      const request = { headers: { authorization: 'Bearer tl_known' } } as CallerRequest;
      return guard.canActivate({ getType: () => 'http', getHandler: () => Base.prototype.shared, getClass: () => controller, switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext);
    };
    expect([enterAs(Readers), enterAs(Readers)]).toEqual([true, true]);
    expect(() => enterAs(Workers)).toThrow('work');
  });
  it('gives the operator no tenant', () => expect(enter('reading', `Bearer ${OPERATOR}`)).toBe(401));
});
