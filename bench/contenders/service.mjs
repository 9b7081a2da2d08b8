// One service of the product in distributed mode, with its shipped defaults: its own compiled module in a process of its own.
// The prefix of its topics lets several products share the bench's broker.
import { createRequire } from 'node:module';
import { answer } from '../stand/answer.mjs';

const require = createRequire(import.meta.url);
const { startService } = require('@throughline/platform');
const { service, topicPrefix } = JSON.parse(process.argv[2]);

const definition = require(`../../services/${service}/dist/${service}.module.js`)[`${service}Service`];
const { url } = await startService(definition, { kafka: { topicPrefix } });
answer({}, { url });
