import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '@throughline/platform';
import type { FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** No script or style but ours, and no page of others around it. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A plain page to try a web chat: `/chat?site=<site key>`. */
@ApiExcludeController()
@Public()
@Controller('chat')
export class PageController {
  @Get()
  @Header('content-security-policy', POLICY)
  page(@Res() reply: FastifyReply): Promise<FastifyReply> {
    return send(reply, 'page.html', 'text/html; charset=utf-8');
  }

  @Get('page.js')
  script(@Res() reply: FastifyReply): Promise<FastifyReply> {
    return send(reply, 'page.js', 'text/javascript; charset=utf-8');
  }

  @Get('log.js')
  log(@Res() reply: FastifyReply): Promise<FastifyReply> {
    return send(reply, 'log.js', 'text/javascript; charset=utf-8');
  }

  @Get('thread.js')
  thread(@Res() reply: FastifyReply): Promise<FastifyReply> {
    return send(reply, 'thread.js', 'text/javascript; charset=utf-8');
  }

  @Get('page.css')
  style(@Res() reply: FastifyReply): Promise<FastifyReply> {
    return send(reply, 'page.css', 'text/css; charset=utf-8');
  }
}

async function send(reply: FastifyReply, file: string, type: string): Promise<FastifyReply> {
  const bytes = await readFile(join(__dirname, 'page', file));
  return reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'same-origin').type(type).send(bytes);
}
