import { Readable } from 'node:stream';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { malformed, parsePosition, type Position } from '@throughline/contracts';
import type { FastifyReply } from 'fastify';
import { Operator } from '../auth/access';
import { LogDoor } from './log-door';

/** The history of the log that a service owns. Never a public route: it holds all tenants. The service's module provides a `LogDoor`. */
@Operator()
@ApiExcludeController()
@Controller('internal/log')
export class LogDoorController {
  constructor(private readonly door: LogDoor) {}

  /** An answer that is cut off is not complete: HTTP tells an end from a cut. Whoever reads slowly is waited for. */
  @Get()
  async read(@Query('after') after: string | undefined, @Query('follow') follow: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const lines = await this.door.open(placeOf(after), follow === 'true', gone.signal);
    await reply.header('content-type', 'application/x-ndjson').header('cache-control', 'no-store').send(Readable.from(lines, { objectMode: true, highWaterMark: 1 }));
  }
}

function placeOf(after: string | undefined): Position | undefined {
  if (after === undefined || after === '') return undefined;
  const position = parsePosition(after);
  if (!position) throw malformed('after is no position of a log.', [{ pointer: '/after', code: 'position', detail: 'It is not a position.' }]);
  return position;
}
