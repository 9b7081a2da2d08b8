// Passes requests and WebSockets on to a service, byte for byte: providers sign over the raw body.
import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

// As many connections as there are requests: streams and slow senders hold theirs for long, and nobody may wait for one.
const agent = new Agent({ keepAlive: true });
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-connection']);

/** `target`: { host, port }. The answer is streamed; a client that goes away ends the request behind it. */
export function passOn(request, response, target) {
  const onward = httpRequest({ ...target, agent, method: request.method, path: request.url, headers: forwarded(request) });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, withoutHopByHop(answer.headers));
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => (response.headersSent ? response.destroy() : unavailable(response)));
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

/** The same for a connection that becomes a WebSocket. */
export function passUpgradeOn(request, socket, head, target) {
  // A connection of its own: one whose upgrade is refused may hold an unread body, which is no place for another's request.
  const onward = httpRequest({ ...target, agent: false, method: request.method, path: request.url, headers: { ...request.headers, ...forwardedFor(request) } });
  const end = () => socket.destroy();
  socket.on('error', () => onward.destroy());
  onward.on('error', end);
  onward.on('response', (answer) => {
    socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${headerLines(answer)}connection: close\r\n\r\n`);
    answer.pipe(socket);
  });
  onward.on('upgrade', (answer, behind, behindHead) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headerLines(answer)}\r\n`);
    if (behindHead.length > 0) socket.write(behindHead);
    if (head.length > 0) behind.write(head);
    behind.on('error', end).on('close', end);
    socket.on('close', () => behind.destroy());
    behind.pipe(socket);
    socket.pipe(behind);
  });
  onward.end();
}

/** Problem documents as the services make them (RFC 9457). */
export function problem(response, status, slug, detail, headers = {}) {
  const instance = nameAnswer(response);
  const body = JSON.stringify({ type: `/problems/${slug}`, title: slug.replaceAll('-', ' '), status, detail, instance });
  response.writeHead(status, { 'content-type': 'application/problem+json', 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

/** Every answer carries an id of its request; those of the services bring theirs. */
export function nameAnswer(response) {
  const id = randomUUID();
  response.setHeader('x-request-id', id);
  return id;
}

const unavailable = (response) => problem(response, 503, 'service-unavailable', 'The service behind this path is starting or down.', { 'retry-after': '1' });

const withoutHopByHop = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));

const forwardedFor = ({ headers, socket }) => ({
  'x-forwarded-for': [headers['x-forwarded-for'], socket.remoteAddress].filter(Boolean).join(', '),
  'x-forwarded-host': headers['x-forwarded-host'] ?? headers.host ?? '',
  'x-forwarded-proto': headers['x-forwarded-proto'] ?? 'http',
});

const forwarded = (request) => ({
  ...withoutHopByHop(request.headers),
  ...forwardedFor(request),
  // A body of unknown length stays one.
  ...(request.headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {}),
});

// The raw headers of the 101 hold the accept key and the protocol chosen; they go back as they came.
function headerLines({ rawHeaders }) {
  let lines = '';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index].toLowerCase() !== 'transfer-encoding') lines += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  }
  return lines;
}
