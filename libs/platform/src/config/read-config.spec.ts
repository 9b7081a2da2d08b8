import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from './read-config';

const message = (env: Record<string, string>) => {
  try {
    readConfig(env);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the configuration', () => {
  it('of an empty environment is one process on a laptop', () => {
    expect(readConfig({})).toMatchObject({ port: 8080, smtpPort: 2525, host: '127.0.0.1', publicUrl: 'http://localhost:8080', kafkaBrokers: [], demo: true, logLevel: 'info', dataDir: resolve('.throughline') });
  });

  it('listens everywhere and shows no demo where there are brokers', () => {
    expect(readConfig({ KAFKA_BROKERS: 'a:9092,b:9092' })).toMatchObject({ host: '0.0.0.0', demo: false, kafkaBrokers: ['a:9092', 'b:9092'] });
  });

  it('takes each variable from the file that <NAME>_FILE names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-config-'));
    const file = join(folder, 'token');
    writeFileSync(file, 'a-token-of-the-operator\n');
    const config = readConfig({ OPERATOR_TOKEN_FILE: file });
    rmSync(folder, { recursive: true });
    expect(config.operatorToken).toBe('a-token-of-the-operator');
  });

  it('counts an empty variable as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8080, databaseUrl: undefined });
  });

  it.each([
    [{ PORT: 'http' }, 'PORT must be a port number.'],
    [{ PORT: '70000' }, 'PORT must be a port number.'],
    [{ DEMO: 'yes' }, 'DEMO must be 1 or 0.'],
    [{ KAFKA_BROKERS: 'nowhere' }, 'KAFKA_BROKERS must be host:port, several separated by commas.'],
    [{ PUBLIC_URL: 'example.com' }, 'PUBLIC_URL must be an http or https address.'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent.'],
    [{ BLOB_URL: 'gs://bucket' }, 'BLOB_URL must be file:<folder>, postgres://..., s3://<bucket>, or postgres: in one process.'],
    [{ BLOB_URL_FILE: '/does/not/exist' }, 'BLOB_URL_FILE names a file that cannot be read.'],
    [{ PORT: '1', PORT_FILE: '/x' }, 'PORT and PORT_FILE are both set: set one.'],
  ])('is refused in one line: %j', (env, line) => {
    expect(message(env as Record<string, string>)).toBe(line);
  });

  it('never repeats a secret', () => {
    expect(message({ DATABASE_URL: 'mysql://u:hunter2@h/d' })).toBe('DATABASE_URL must be postgres://user:password@host:port/database.');
    expect(message({ DEMO_API_KEY: 'hunter2' })).not.toContain('hunter2');
  });
});
