import { hash, timingSafeEqual } from 'node:crypto';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { rejected, unauthorized } from '@throughline/contracts';
import type { Credential, Directory } from '../runtime.contract';
import { ACCESS, CALLER, type Access, type CallerRequest } from './access';
import { hasScope } from './scopes';

const ANY_KEY: Access = { kind: 'scopes', scopes: [] };
const sha256 = (text: string) => hash('sha256', text, 'buffer');

/** Lets in who may: 401 without a credential we know, 403 (`scope`) where it may not do this. Closed where a handler says nothing. */
export class AuthGuard implements CanActivate {
  private readonly reflector = new Reflector();
  /** What each handler asks: the reflector takes as long as looking up the key. Classes may share an inherited handler, and ask for other things. */
  private readonly asked = new Map<object, Map<object, Access>>();
  private readonly operatorHash: Buffer;

  constructor(
    private readonly directory: Pick<Directory, 'credential'>,
    operatorToken: string,
  ) {
    this.operatorHash = sha256(operatorToken);
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const access = this.accessOf(context);
    if (access.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const token = bearer(request.headers.authorization);
    if (access.kind === 'operator') return this.checkOperator(token);
    request[CALLER] = this.caller(token, access.scopes);
    return true;
  }

  private accessOf(context: ExecutionContext): Access {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    const own = this.asked.get(controller) ?? new Map<object, Access>();
    const access = own.get(handler) ?? this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, controller]) ?? ANY_KEY;
    this.asked.set(controller, own.set(handler, access));
    return access;
  }

  private caller(token: string, scopes: readonly string[]): Credential {
    const credential = this.directory.credential(token);
    if (!credential) throw unauthorized('unauthorized', 'The credential is not known.');
    const missing = scopes.filter((scope) => !hasScope(credential, scope));
    if (missing.length > 0) throw rejected('scope', `The key lacks the scope ${missing.join(', ')}.`, { status: 403 });
    return credential;
  }

  private checkOperator(token: string): true {
    if (timingSafeEqual(sha256(token), this.operatorHash)) return true;
    if (this.directory.credential(token)) throw rejected('scope', "This needs the operator's token.", { status: 403 });
    throw unauthorized('unauthorized', 'The credential is not known.');
  }
}

function bearer(header: string | undefined): string {
  const token = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(header ?? '')?.[1];
  if (!token) throw unauthorized('unauthorized', 'Send "Authorization: Bearer tl_...".');
  return token;
}
