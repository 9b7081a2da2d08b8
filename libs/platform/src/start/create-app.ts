import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusStrategy } from '@throughline/bus';
import { malformed } from '@throughline/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard } from '../auth/auth.guard';
import { operatorToken } from '../auth/operator-token';
import { HEALTH_SOURCE, HealthController } from '../health/health.controller';
import { BODY_LIMIT, parseBodies } from '../http/body-parser';
import { answerClientError } from '../http/client-errors';
import { hearOut } from '../http/hear-out';
import { serveOpenApi } from '../http/open-api';
import { answerProblem, ProblemFilter } from '../http/problem.filter';
import { refuseWhenClosing } from '../http/refuse-when-closing';
import { requestId, tellRequestId } from '../http/request-id';
import { secureHeaders } from '../http/security-headers';
import { validationPipe } from '../http/validation-errors';
import type { OpenedRuntime } from '../runtime/open-runtime';
import type { ServiceDefinition } from '../runtime.contract';
import { logRequests } from '../telemetry/log-requests';
import { measureRequests } from '../telemetry/metrics';
import { NestLog } from '../telemetry/nest-log';
import { setAsideRejected } from './set-aside-rejected';

const FASTIFY = {
  bodyLimit: BODY_LIMIT,
  trustProxy: false,
  genReqId: requestId,
  requestIdHeader: false,
  forceCloseConnections: 'idle',
  /** `refuseWhenClosing` does. */
  return503OnClosing: false,
  /** Ms to send a whole request: slow senders must not hold connections. */
  requestTimeout: 60_000,
  /** Their own messages repeat the address, which may name a customer. */
  frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => answerProblem(reply, request, malformed('The address cannot be read.')),
  clientErrorHandler: answerClientError,
} as const;

@Module({})
class ServiceRoot {}

/** The Nest application of a service, wired and listening to the bus, but not yet to HTTP. */
export async function createApp(definition: ServiceDefinition, runtime: OpenedRuntime): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter(FASTIFY);
  const app = await NestFactory.create<NestFastifyApplication>(root(await definition.module(runtime), runtime), adapter, {
    bodyParser: false,
    logger: new NestLog(runtime.log),
    abortOnError: false,
  });
  await furnish(adapter.getInstance() as unknown as FastifyInstance, runtime);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalGuards(new AuthGuard(runtime.directory, operatorToken(runtime.config)));
  app.useGlobalPipes(validationPipe());
  serveOpenApi(app, runtime.version);
  const strategy = new BusStrategy({ bus: runtime.bus, onRejected: setAsideRejected(runtime), parkingOf: (group) => runtime.parking.of(group) });
  app.connectMicroservice({ strategy }, { inheritAppConfig: false });
  // Handlers may rely on what onModuleInit opens.
  await app.init();
  await app.startAllMicroservices();
  return app;
}

async function furnish(fastify: FastifyInstance, runtime: OpenedRuntime): Promise<void> {
  await secureHeaders(fastify, runtime.config.publicUrl);
  refuseWhenClosing(fastify);
  parseBodies(fastify);
  hearOut(fastify);
  tellRequestId(fastify);
  measureRequests(fastify);
  logRequests(fastify, runtime.log);
}

const root = (service: DynamicModule, runtime: OpenedRuntime): DynamicModule => ({
  module: ServiceRoot,
  imports: [service],
  controllers: [HealthController],
  providers: [{ provide: HEALTH_SOURCE, useValue: runtime }],
});
