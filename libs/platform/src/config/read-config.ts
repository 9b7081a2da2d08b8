import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { rejected } from '@throughline/contracts';
import type { RuntimeConfig } from '../runtime.contract';
import { Environment, VARIABLES } from './environment';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The configuration this environment says. Throws ThroughlineError `rejected` (`configuration`) whose message is one line
 * that names the variable and what it must be, and never repeats its value (it may be a secret).
 */
export function readConfig(env: Variables): RuntimeConfig {
  const values = Object.fromEntries(VARIABLES.map((name) => [name, valueOf(env, name)]).filter(([, value]) => value !== undefined));
  const environment = plainToInstance(Environment, values);
  const wrong = validateSync(environment)[0];
  if (wrong) throw bad(wrong.property, `must be ${Object.values(wrong.constraints ?? {})[0] ?? 'set'}.`);
  return fromEnvironment(environment);
}

/** The variable itself, or what the file named by `<NAME>_FILE` holds. Empty counts as unset, as in docker-compose. */
function valueOf(env: Variables, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  if (env[name]) throw bad(name, `and ${name}_FILE are both set: set one.`);
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (cause) {
    throw bad(`${name}_FILE`, 'names a file that cannot be read.', cause);
  }
}

const bad = (variable: string, what: string, cause?: unknown) => rejected('configuration', `${variable} ${what}`, { cause });

function fromEnvironment(env: Environment): RuntimeConfig {
  const dataDir = resolve(env.DATA_DIR);
  return {
    port: env.PORT,
    host: env.HOST ?? (env.KAFKA_BROKERS ? '0.0.0.0' : '127.0.0.1'),
    smtpPort: env.SMTP_PORT,
    dataDir,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ''),
    databaseUrl: env.DATABASE_URL,
    kafkaBrokers: env.KAFKA_BROKERS?.split(',') ?? [],
    blobUrl: env.BLOB_URL ?? `file:${join(dataDir, 'blobs')}`,
    keyStore: env.KEY_STORE ?? `file:${join(dataDir, 'keys')}`,
    // One process on a laptop shows itself; a distributed system must be asked to.
    demo: env.DEMO ?? !env.KAFKA_BROKERS,
    demoApiKey: env.DEMO_API_KEY,
    operatorToken: env.OPERATOR_TOKEN,
    logLevel: env.LOG_LEVEL,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}
