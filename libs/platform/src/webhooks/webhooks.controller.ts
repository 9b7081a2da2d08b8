import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, type Type } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation } from '@nestjs/swagger';
import type { Adapter, ProviderAnswer } from '@throughline/channel-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../auth/access';
import { RawBody } from '../http/raw-body';
import { WebhookDoor, type HttpRequest } from './webhook-door';

/** The controllers of a service's webhooks, `/v1/webhooks/<provider>/:account`, one per adapter. Its module provides a `WebhookDoor`. */
export const webhookControllers = (adapters: readonly Adapter[]): Type[] => adapters.map(webhookController);

function webhookController(adapter: Adapter): Type {
  @Public()
  @Controller(`v1/webhooks/${adapter.provider}`)
  class WebhookController {
    constructor(@Inject(WebhookDoor) private readonly door: WebhookDoor) {}

    @Post(':account')
    @HttpCode(200)
    @RawBody()
    @ApiOperation({ summary: `Takes what ${adapter.provider} posts; its signature is the credential.`, security: [] })
    async receive(@Param('account') account: string, @Body() body: Buffer | undefined, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
      await send(reply, await this.door.receive(adapter, account, httpRequest(request, 'POST', body)));
    }

    @Get(':account')
    @ApiExcludeEndpoint(!adapter.handshake)
    @ApiOperation({ summary: `Answers the challenge of ${adapter.provider}; its token is the credential.`, security: [] })
    async challenge(@Param('account') account: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
      await send(reply, await this.door.shakeHands(adapter, account, httpRequest(request, 'GET')));
    }
  }
  // Operation ids and log lines name the provider.
  Object.defineProperty(WebhookController, 'name', { value: `${adapter.provider}-webhook` });
  return WebhookController;
}

function httpRequest(request: FastifyRequest, method: HttpRequest['method'], body: Buffer = Buffer.alloc(0)): HttpRequest {
  const headers = Object.entries(request.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return { method, target: request.originalUrl, headers: Object.fromEntries(headers) as Record<string, string>, body };
}

/** The challenge is echoed from the request, so nothing may read it as a page. */
const send = (reply: FastifyReply, { status, contentType, body }: ProviderAnswer) =>
  reply
    .status(status)
    .header('content-type', contentType ?? 'text/plain; charset=utf-8')
    .header('x-content-type-options', 'nosniff')
    .send(body ?? '');
