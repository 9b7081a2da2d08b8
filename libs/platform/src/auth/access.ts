import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Credential } from '../runtime.contract';

/** What a handler asks of its caller: nothing, an API key with scopes, or the operator's token. */
export type Access = { kind: 'public' } | { kind: 'scopes'; scopes: readonly string[] } | { kind: 'operator' };

export const ACCESS = 'throughline:access';
/** Where the guard leaves who calls. */
export const CALLER = Symbol('caller');

/** Needs no credential: doors where a signature, a site key or nothing is asked for. */
export const Public = () => SetMetadata(ACCESS, { kind: 'public' } satisfies Access);

/** Needs an API key with every one of these scopes. A handler without a decorator needs any key. `ingest` is had by a key for one account too: ask `mayIngest` then. */
export const Scopes = (...scopes: string[]) => SetMetadata(ACCESS, { kind: 'scopes', scopes } satisfies Access);

/** Needs the operator's token (OPERATOR_TOKEN): what concerns all tenants. */
export const Operator = () => SetMetadata(ACCESS, { kind: 'operator' } satisfies Access);

export type CallerRequest = FastifyRequest & { [CALLER]?: Credential };

/** The caller's credential, as the guard left it. */
export function callerOf(request: CallerRequest): Credential {
  const caller = request[CALLER];
  if (!caller) throw new Error('the handler asks for no credential, and wants to know whose it is');
  return caller;
}

/** The caller's credential, as a parameter. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) => callerOf(context.switchToHttp().getRequest<CallerRequest>()));
