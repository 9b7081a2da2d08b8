import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { rejected } from '@throughline/contracts';
import { Caller, hasScope, mayIngest, Scopes, type Credential } from '@throughline/platform';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { validate as isUuid } from 'uuid';
import { InteractionWatch } from './interaction-watch';

export class InteractionQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 30_000, default: 0, description: 'Ms to wait until it is readable.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(30_000)
  wait?: number;
}

/** What became of an interaction. */
export class InteractionState {
  @ApiProperty() interactionId!: string;
  @ApiProperty({ enum: ['accepted', 'applied', 'parked', 'erased'], description: '`applied`: readable everywhere.' }) state!: string;
  @ApiPropertyOptional() customerId?: string;
  @ApiPropertyOptional({ description: 'Its place in the log: opaque.' }) position?: string;
  @ApiPropertyOptional() reason?: string;
}

@ApiTags('interactions')
@Controller('v1/interactions')
export class InteractionsController {
  constructor(private readonly watch: InteractionWatch) {}

  @Get(':interactionId')
  @Scopes()
  @ApiOperation({ summary: 'What became of an interaction', description: 'What is in the log is readable: it is `applied` at once. For keys that read, and for those that post on its account.' })
  @ApiOkResponse({ type: InteractionState })
  @ApiNotFoundResponse({ description: '`/problems/interaction-not-seen`, with Retry-After: not met yet, or nobody sent it.' })
  async get(@Caller() caller: Credential, @Param('interactionId') id: string, @Query() { wait = 0 }: InteractionQuery): Promise<InteractionState> {
    const reads = hasScope(caller, 'read');
    if (!reads && !hasScope(caller, 'ingest')) throw rejected('scope', 'The key lacks the scope read or ingest.', { status: 403 });
    const seen = isUuid(id) ? await this.watch.see(caller.tenant, id.toLowerCase(), wait) : undefined;
    if (!seen || !(reads || mayIngest(caller, seen.account))) {
      throw rejected('interaction-not-seen', 'The interaction has not been met yet.', { status: 404, retryAfterMs: 1000 });
    }
    const { interactionId, customerId, position, reason } = seen;
    return reason === undefined ? { interactionId, state: 'applied', customerId, position } : { interactionId, state: 'parked', reason };
  }
}
