// The product with its shipped defaults, in embedded mode: its own compiled modules on the bench's PostgreSQL.
// `services`: 'all' is what npm start runs; a list runs those only.
import { createRequire } from 'node:module';
import { answer } from '../stand/answer.mjs';

const require = createRequire(import.meta.url);
const { readConfig, startService } = require('@throughline/platform');
const { services } = JSON.parse(process.argv[2]);

function some(names) {
  const definitions = names.map((name) => require(`../../services/${name}/dist/${name}.module.js`)[`${name}Service`]);
  class Some {}
  return { name: 'standalone', module: async (runtime) => ({ module: Some, imports: await Promise.all(definitions.map(({ module }) => module(runtime))) }) };
}

const definition = services === 'all' ? require('../../services/standalone/dist/standalone.module.js').standaloneService : some(services);
const config = readConfig(process.env);
const { url } = await startService(definition, { config, adminUrl: config.databaseUrl });
answer({}, { url });
