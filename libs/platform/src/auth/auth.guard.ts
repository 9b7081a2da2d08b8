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
  private readonly operatorHash: Buffer;

  constructor(
    private readonly directory: Pick<Directory, 'credential'>,
    operatorToken: string,
  ) {
    this.operatorHash = sha256(operatorToken);
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]) ?? ANY_KEY;
    if (access.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const token = bearer(request.headers.authorization);
    if (access.kind === 'operator') return this.checkOperator(token);
    request[CALLER] = this.caller(token, access.scopes);
    return true;
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
