// The one address in front of the services, for compose and `npm run up` (in Kubernetes the ingress does this). Built-in
// modules only. Environment: PORT (8080), HOST (0.0.0.0), and for each service of deploy/services.json SERVICE_<NAME>_URL
// (default http://127.0.0.1:<its port>).
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { metrics, openApi, readiness } from './gather.mjs';
import { nameAnswer, passOn, passUpgradeOn, problem } from './proxy.mjs';
import { routeTable } from './routes.mjs';

const DRAIN_LIMIT_MS = 10_000;

const ports = JSON.parse(readFileSync(new URL('../services.json', import.meta.url), 'utf8'));
const urlOf = (name) => process.env[`SERVICE_${name.toUpperCase().replaceAll('-', '_')}_URL`] ?? `http://127.0.0.1:${ports[name].port}`;
const services = Object.fromEntries(Object.keys(ports).map((name) => [name, urlOf(name)]));
const targets = Object.fromEntries(Object.entries(services).map(([name, url]) => [name, { host: new URL(url).hostname, port: new URL(url).port || 80 }]));
const serviceOf = routeTable(new URL('../routes.json', import.meta.url));
const pathOf = ({ url }) => url.split('?', 1)[0];

const json = (response, status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const SWAGGER_INIT = `window.onload = () => {
  window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset], layout: 'StandaloneLayout' });
};`;

const OWN = {
  '/health/live': (response) => json(response, 200, { status: 'ok' }),
  '/health/ready': (response) => gatherReadiness(response, '/health/ready'),
  '/health/startup': (response) => gatherReadiness(response, '/health/startup'),
  '/openapi.json': async (response) => json(response, 200, await openApi(services)),
  // The page of /docs is one service's; what it shows is the description of all.
  '/docs/swagger-ui-init.js': (response) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(SWAGGER_INIT),
  '/metrics': async (response) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await metrics(services)),
};

async function gatherReadiness(response, path) {
  const { status, body } = await readiness(services, path);
  json(response, status, body);
}

function answerOwn(own, response) {
  nameAnswer(response);
  return own(response);
}

async function handle(request, response) {
  const own = ['GET', 'HEAD'].includes(request.method) && OWN[pathOf(request)];
  if (own) return answerOwn(own, response);
  const service = serviceOf(request.method, pathOf(request));
  if (service) return passOn(request, response, targets[service]);
  return problem(response, 404, 'not-found', 'No service has this path.');
}

// Every other offer of a protocol (HTTP/2's comes with ordinary requests) goes unheard, as RFC 9110, section 7.8, lets a server do.
const shouldUpgradeCallback = ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket';

let ending = false;
const server = createServer({ shouldUpgradeCallback }, (request, response) => {
  // Whoever asks on without a pause would never be idle, and be cut off at the end.
  if (ending) response.setHeader('connection', 'close');
  handle(request, response).catch(() => problem(response, 503, 'service-unavailable', 'A service does not answer.', { 'retry-after': '1' }));
});
server.on('upgrade', (request, socket, head) => {
  // The server has let go of the socket: without a listener a client that resets it would end the router.
  socket.on('error', () => socket.destroy());
  const service = serviceOf(request.method, pathOf(request));
  if (service) passUpgradeOn(request, socket, head, targets[service]);
  else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
});
// Long polls and event streams stay open as long as both ends like; a client's headers must come in a minute (Node's default).
server.requestTimeout = 0;
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '0.0.0.0', () => console.log(`router listens on ${server.address().port}`));

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    ending = true;
    server.close(() => process.exit());
    setTimeout(() => process.exit(), DRAIN_LIMIT_MS).unref();
    server.closeIdleConnections();
  });
}
