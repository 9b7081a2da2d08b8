import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';

const asNumber = () => Transform(({ value }: { value: unknown }) => (value === undefined ? undefined : Number(value)));
const asFlag = () => Transform(({ value }: { value: unknown }) => (value === '1' ? true : value === '0' ? false : value));
const HTTP = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

/** The environment as docs/api.md's table names it; every variable also as `<NAME>_FILE`. The message of a rule says what the variable must be. */
export class Environment {
  @IsInt({ message: 'a port number' })
  @Min(0, { message: 'a port number' })
  @Max(65535, { message: 'a port number' })
  @asNumber()
  PORT = 8080;

  @IsInt({ message: 'a port number' })
  @Min(0, { message: 'a port number' })
  @Max(65535, { message: 'a port number' })
  @asNumber()
  SMTP_PORT = 2525;

  @IsOptional()
  @IsString()
  @MinLength(1, { message: 'the address to listen on' })
  HOST?: string;

  @IsString()
  @MinLength(1, { message: 'a folder' })
  DATA_DIR = '.throughline';

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/[^\s]+$/, { message: 'postgres://user:password@host:port/database' })
  DATABASE_URL?: string;

  @IsOptional()
  @Matches(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, { message: 'host:port, several separated by commas' })
  KAFKA_BROKERS?: string;

  @IsOptional()
  @Matches(/^(file:.+|postgres(ql)?:(\/\/\S+)?|s3:\/\/\S+)$/, { message: 'file:<folder>, postgres://..., s3://<bucket>, or postgres: in one process' })
  BLOB_URL?: string;

  @IsOptional()
  @Matches(/^(file:.+|aws-kms:[^?]+\?.+)$/, { message: 'file:<folder> or aws-kms:<folder>?key=<id>' })
  KEY_STORE?: string;

  @IsOptional()
  @IsUrl(HTTP, { message: 'an http or https address' })
  PUBLIC_URL?: string;

  @IsOptional()
  @IsBoolean({ message: '1 or 0' })
  @asFlag()
  DEMO?: boolean;

  @IsOptional()
  @Matches(/^tl_[\x21-\x7e]{16,200}$/, { message: 'tl_ and at least 16 characters' })
  DEMO_API_KEY?: string;

  @IsOptional()
  @Matches(/^[\x21-\x7e]{16,200}$/, { message: 'at least 16 characters' })
  OPERATOR_TOKEN?: string;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { message: 'fatal, error, warn, info, debug, trace or silent' })
  LOG_LEVEL = 'info';

  @IsOptional()
  @IsUrl(HTTP, { message: 'an http or https address' })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
}

export const VARIABLES = [
  'PORT', 'SMTP_PORT', 'HOST', 'DATA_DIR', 'DATABASE_URL', 'KAFKA_BROKERS', 'BLOB_URL', 'KEY_STORE', 'PUBLIC_URL', 'DEMO',
  'DEMO_API_KEY', 'OPERATOR_TOKEN', 'LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const satisfies readonly (keyof Environment)[];
