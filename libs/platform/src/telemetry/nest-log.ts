import { Logger, PinoLogger } from 'nestjs-pino';
import type { Logger as Pino } from 'pino';

/** Parts of Nest that tell every module and route at each start. */
const TALKATIVE = new Set<unknown>(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication', 'NestMicroservice', 'WebSocketsController']);

/** Nest's `Logger` over ours; what the framework says of its own start is for debugging only. */
export class NestLog extends Logger {
  constructor(log: Pino) {
    // Its own serializers would tell every field of an error: a query, and its parameters.
    super(new PinoLogger({ pinoHttp: { logger: log, wrapSerializers: false } }), {});
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (TALKATIVE.has(rest.at(-1))) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
