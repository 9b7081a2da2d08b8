import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ThroughlineError } from '@throughline/contracts';
import type { Logger } from 'pino';
import { readConfig } from '../config/read-config';
import { openWaitingDoor } from '../health/waiting-door';
import type { KafkaTuning } from '../runtime/open-bus';
import { openRuntime, type OpenedRuntime } from '../runtime/open-runtime';
import type { RuntimeConfig, ServiceDefinition } from '../runtime.contract';
import { openLog } from '../telemetry/log';
import { startTraces } from '../telemetry/traces';
import { createApp } from './create-app';
import { watchProcess } from './watch-process';

/** Everything has its default in production; the rest is for tests and for embedded mode. */
export interface StartOptions {
  /** Default: read from the environment. Port 0 takes a free one. */
  config?: RuntimeConfig;
  /** A login that may make roles and databases (embedded mode). */
  adminUrl?: string;
  /** Password of the services' logins in embedded mode; default: derived from the administrator's. */
  servicePassword?: string;
  kafka?: KafkaTuning;
  clock?: () => Date;
  log?: Logger;
  /** False: the caller ends the service, signals and crashes are his (tests). Default true. */
  ownsProcess?: boolean;
  /** Called last when the service closes: for what the caller started before it. */
  onClose?: () => Promise<void>;
}

/** A service that listens, until it is closed. */
export interface RunningService {
  app: NestFastifyApplication;
  runtime: OpenedRuntime;
  /** Where it listens, without a slash at its end. */
  url: string;
  /** Stops taking requests and messages, finishes those in work, closes everything. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts a service and resolves when it listens. What it leans on may come later: it is waited for, and `/health/startup`
 * says so. As owner of the process it ends on SIGTERM and SIGINT within 10 s, and a bad configuration ends it with one line.
 */
export async function startService(definition: ServiceDefinition, options: StartOptions = {}): Promise<RunningService> {
  const config = options.config ?? configure(options);
  const log = options.log ?? openLog(definition.name, config.logLevel);
  const closers: (() => Promise<void>)[] = options.onClose ? [options.onClose] : [];
  const close = once(() => closeAll(closers));
  const stop = new AbortController();
  const watch = options.ownsProcess === false ? undefined : watchProcess(log, () => (stop.abort(), close()));
  try {
    return await start(definition, { ...options, config, log, signal: stop.signal }, closers, close);
  } catch (error) {
    await close();
    if (!watch) throw error;
    return watch.failed(error);
  }
}

/** The operator's mistake is one line, not a stack. */
function configure({ ownsProcess = true }: StartOptions): RuntimeConfig {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!ownsProcess || !(error instanceof ThroughlineError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

type Settled = StartOptions & { config: RuntimeConfig; log: Logger; signal: AbortSignal };

async function start(definition: ServiceDefinition, options: Settled, closers: (() => Promise<void>)[], close: () => Promise<void>): Promise<RunningService> {
  const { config, log } = options;
  closers.push(startTraces(definition.name, config));
  const closeDoor = config.port === 0 ? async () => undefined : await openWaitingDoor(config);
  closers.push(closeDoor);
  const runtime = await openRuntime(config, { ...options, service: definition.name });
  closers.push(() => runtime.close());
  const app = await createApp(definition, runtime);
  closers.push(() => app.close());
  await closeDoor();
  await app.listen(config.port, config.host);
  const url = (await app.getUrl()).replace('[::1]', 'localhost').replace(/\/+$/, '');
  log.info({ url, bus: runtime.bus.driver, version: runtime.version }, 'listening');
  return { app, runtime, url, close };
}

/** The last opened is closed first; what fails to close does not keep the rest open. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const closer of closers.splice(0).reverse()) await closer().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
