import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access';
import type { OpenedRuntime } from '../runtime/open-runtime';
import { metricsText } from '../telemetry/metrics';

export const HEALTH_SOURCE = Symbol('health source');

/** What probes and Prometheus ask. */
@Public()
@ApiExcludeController()
@Controller()
export class HealthController {
  private looking: Promise<Record<string, boolean>> | undefined;

  constructor(@Inject(HEALTH_SOURCE) private readonly runtime: Pick<OpenedRuntime, 'health' | 'version'>) {}

  /** The process runs. It says nothing of what it leans on: a restart would not bring that back. */
  @Get('health/live')
  live() {
    return { status: 'ok', version: this.runtime.version };
  }

  /** It can do its work now. */
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const parts = await this.look();
    const ready = Object.values(parts).every(Boolean);
    if (!ready) void reply.status(503).header('retry-after', '1');
    return { status: ready ? 'ok' : 'unavailable', parts };
  }

  /** It has started: until then another listener answers 503 here. */
  @Get('health/startup')
  startup() {
    return { status: 'ok' };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return metricsText();
  }

  /** One look for all who ask at the same time: each opens connections, and anybody may ask. */
  private look(): Promise<Record<string, boolean>> {
    this.looking ??= this.runtime.health().finally(() => (this.looking = undefined));
    return this.looking;
  }
}
