import './telemetry/metrics';

export * from './runtime.contract';
export { eventOf, type AcceptedEvent, type EventMaking } from './accepted/accepted-event';
export { readAccepted } from './accepted/read-accepted';
export { Caller, Operator, Public, Scopes } from './auth/access';
export { hasScope, mayIngest, mayVouch } from './auth/scopes';
export { readConfig } from './config/read-config';
export { readCursor, signCursor } from './cursor';
export { INLINE_LIMIT, openBlob, openRecord, putSealed, sealBody } from './door/sealed-body';
export { compileDto, compileSchema, type Check } from './http/compile-dto';
export { toProblem, type Problem } from './http/problem';
export { RawBody } from './http/raw-body';
export { fieldErrors } from './http/validation-errors';
export { redriveHandlers, type Redriven, type RedriveOptions } from './redrive/redrive.handlers';
export { openRuntime, type OpenedRuntime, type OpenOptions } from './runtime/open-runtime';
export { startService, type RunningService, type StartOptions } from './start/start-service';
export { WebhookDoor, type HttpRequest } from './webhooks/webhook-door';
export { webhookControllers } from './webhooks/webhooks.controller';
