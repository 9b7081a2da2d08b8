import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusStrategy } from '@throughline/bus';
import type { FastifyInstance } from 'fastify';
import { Logger, PinoLogger } from 'nestjs-pino';
import { AuthGuard } from '../auth/auth.guard';
import { operatorToken } from '../auth/operator-token';
import { HEALTH_SOURCE, HealthController } from '../health/health.controller';
import { BODY_LIMIT, parseBodies } from '../http/body-parser';
import { serveOpenApi } from '../http/open-api';
import { ProblemFilter } from '../http/problem.filter';
import { requestId, tellRequestId } from '../http/request-id';
import { validationPipe } from '../http/validation-errors';
import type { OpenedRuntime } from '../runtime/open-runtime';
import type { ServiceDefinition } from '../runtime.contract';
import { logRequests } from '../telemetry/log-requests';
import { measureRequests } from '../telemetry/metrics';

@Module({})
class ServiceRoot {}

/** The Nest application of a service, wired and listening to the bus, but not yet to HTTP. */
export async function createApp(definition: ServiceDefinition, runtime: OpenedRuntime): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT, trustProxy: false, genReqId: requestId, requestIdHeader: false, forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(root(await definition.module(runtime), runtime), adapter, {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(new Logger(new PinoLogger({ pinoHttp: { logger: runtime.log } }), {}));
  furnish(adapter.getInstance() as unknown as FastifyInstance, runtime);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalGuards(new AuthGuard(runtime.directory, operatorToken(runtime.config)));
  app.useGlobalPipes(validationPipe());
  serveOpenApi(app, runtime.version);
  app.connectMicroservice({ strategy: new BusStrategy(runtime) }, { inheritAppConfig: false });
  await app.startAllMicroservices();
  return app;
}

function furnish(fastify: FastifyInstance, runtime: OpenedRuntime): void {
  parseBodies(fastify);
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
