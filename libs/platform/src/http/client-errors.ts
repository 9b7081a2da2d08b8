import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpException } from '@nestjs/common';
import { toProblem } from './problem';

/** By the code of Node's error; every other one is a request that is none. */
const TOLD: Record<string, [status: number, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to come.'],
};

/** What Node cannot read as a request comes by no hook, pipe or filter: it is answered like every error all the same, and the connection ends. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.writable && error.code !== 'ECONNRESET') socket.write(answerTo(error));
  socket.destroy(error);
}

function answerTo({ code = '' }: NodeJS.ErrnoException): string {
  const [status, detail] = TOLD[code] ?? [400, 'This is no HTTP request.'];
  const id = randomUUID();
  const body = JSON.stringify(toProblem(new HttpException(detail, status), id));
  const headers = ['content-type: application/problem+json; charset=utf-8', `content-length: ${Buffer.byteLength(body)}`, `x-request-id: ${id}`, 'connection: close'];
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}
