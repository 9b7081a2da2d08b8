// Who may import whom. A service leans on libs, libs on contracts; what stands beyond that is named here and nowhere else.
import { readdirSync } from 'node:fs';

const may = (sourceTag, onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });
// Every service but the one that composes them all; a new service is walled in from its first day.
const services = readdirSync(new URL('../../services', import.meta.url)).filter((name) => name !== 'standalone');

export const depConstraints = [
  ...services.map((name) => may(`service:${name}`, ['lib'])),
  may('service:standalone', ['service', 'lib']),
  may('lib:contracts', []),
  may('lib:postgres', ['lib:contracts']),
  may('lib:channel-kit', ['lib:contracts']),
  ...['event-store', 'bus', 'vault', 'blob'].map((name) => may(`lib:${name}`, ['lib:contracts', 'lib:postgres'])),
  may('lib:platform', ['lib']),
];

const why = 'deciders and adapters are pure: frameworks, stores, the broker and the network come in through their door';

/** What a decider or an adapter must not import. */
export const impureImports = {
  patterns: [
    { group: ['@nestjs/*', 'typeorm', 'pg', 'kafkajs', 'fastify', 'socket.io', 'nodemailer', 'smtp-server'], message: why },
    { regex: '^(node:)?(net|tls|http|https|http2|dgram|dns|fs|child_process|timers|worker_threads)(/|$)', message: why },
    { regex: '^@throughline/(?!contracts|channel-kit)', message: why },
  ],
};

/** What they must not reach for without importing it. */
export const impureGlobals = ['fetch', 'process', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: why }));

const clock = 'time and chance come in as arguments, so that a decision can be replayed';

export const impureCalls = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: clock },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: clock },
  { selector: "CallExpression[callee.name='randomUUID']", message: clock },
];
