// The environment of a service in distributed mode; docker-compose.yml says the same.
import { createHmac } from 'node:crypto';
import { dataDir, home } from './state.mjs';

/** The operator's own settings are passed on; what holds the parts together is ours. */
export function serviceEnvironment({ name, port, databaseUrl, kafka, publicUrl }) {
  return {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    SMTP_PORT: process.env.SMTP_PORT || '2525',
    DATABASE_URL: through(databaseUrl),
    KAFKA_BROKERS: kafka,
    PUBLIC_URL: publicUrl,
    DATA_DIR: dataDir,
    KEY_STORE: process.env.KEY_STORE || `file:${home}/keys`,
    BLOB_URL: process.env.BLOB_URL || `file:${home}/blobs`,
    DEMO: process.env.DEMO || '1',
    OTEL_SERVICE_NAME: `throughline-${name}`,
  };
}

/** TL_UP_DATABASE_PORT: a port of this machine by which the services reach PostgreSQL instead, a proxy's. */
function through(databaseUrl) {
  const url = new URL(databaseUrl);
  url.port = process.env.TL_UP_DATABASE_PORT || url.port;
  return url.href;
}

/** The same at every start, without being written down: the administrator's password is. */
export const passwordFrom = (adminUrl) => (service) =>
  createHmac('sha256', new URL(adminUrl).password).update(`throughline ${service}`).digest('base64url');
