import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsMoment } from '@throughline/platform';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { PageQuery } from '../config/paging';
import type { DecisionRow } from './dead-letter-decisions';
import { STATES, type DeadLetterRow } from './dead-letter-table';

export class DeadLetterQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'conflict' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cause?: string;

  @ApiPropertyOptional({ example: 'acc_main-line' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @IsIn(STATES)
  state?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'First failure at or after.' })
  @IsOptional()
  @IsMoment()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'First failure before.' })
  @IsOptional()
  @IsMoment()
  to?: string;
}

const REASON = { maxLength: 500, description: 'Kept on record; without personal data, please.' };

export class RedriveRequest {
  @ApiPropertyOptional({ ...REASON, type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  reason?: string | null;
}

export class DiscardRequest {
  @ApiProperty({ ...REASON, minLength: 1 })
  @IsString()
  @MinLength(1)
  @MaxLength(500)
  reason!: string;
}

/** Which letters are redriven, oldest first. */
export class RedriveSelection extends RedriveRequest {
  @ApiPropertyOptional({ example: 'unparsable' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cause?: string;

  @ApiPropertyOptional({ example: 'acc_main-line' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'First failure at or after.' })
  @IsOptional()
  @IsMoment()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'First failure before.' })
  @IsOptional()
  @IsMoment()
  to?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, default: 1000, description: 'At most; of large ones fewer are given back at once.' })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 1000;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'From `next` of an earlier answer: goes on behind what that gave back, whatever failed again meanwhile.' })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  cursor?: string | null;
}

export class RedriveResult {
  @ApiProperty({ type: 'integer', description: 'How many were given back.' }) redriven!: number;
  @ApiProperty({ type: String, nullable: true, description: 'There may be more: the `cursor` to go on with.' }) next!: string | null;
}

const OPTIONAL_TEXT = { type: String, nullable: true } as const;

export class DeadLetterView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty(OPTIONAL_TEXT) account: string | null;
  @ApiProperty({ example: 'unparsable', description: 'conflict, unparsable, unopenable, rejected, ...' }) cause: string;
  @ApiProperty({ description: 'Why, in words without personal data.' }) detail: string;
  @ApiProperty({ description: 'The service that set it aside.' }) service: string;
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty({ ...OPTIONAL_TEXT, description: 'The interaction it concerns.' }) interactionId: string | null;
  @ApiProperty(OPTIONAL_TEXT) mediaType: string | null;
  @ApiProperty({ enum: STATES, description: 'parked: it and what follows on its key wait and are tried again. redriven: given back to its service; open again if it fails again.' }) state: string;
  @ApiProperty({ type: 'integer', description: 'How often it has failed; of a parked key, the message it waits for.' }) attempts: number;
  @ApiProperty({ format: 'date-time', description: 'When it failed last.' }) lastAt: string;
  @ApiProperty({ ...OPTIONAL_TEXT, format: 'date-time', description: 'Of a parked key: when it is tried again.' }) nextTry: string | null;

  constructor(row: DeadLetterRow) {
    this.id = row.id;
    this.account = row.account || null;
    this.cause = row.cause;
    this.detail = row.detail;
    this.service = row.service;
    this.at = row.at.toISOString();
    this.interactionId = row.interaction || null;
    this.mediaType = row.media_type || null;
    this.state = row.state;
    this.attempts = row.attempts;
    this.lastAt = row.last_at.toISOString();
    this.nextTry = row.state === 'parked' ? (row.next_try?.toISOString() ?? null) : null;
  }
}

export class DecisionView {
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty({ enum: ['redrive', 'discard'] }) action: string;
  @ApiProperty(OPTIONAL_TEXT) reason: string | null;
  @ApiProperty({ description: 'Id of the key that decided.' }) by: string;

  constructor({ at, action, reason, decided_by: by }: DecisionRow) {
    this.at = at.toISOString();
    this.action = action;
    this.reason = reason || null;
    this.by = by;
  }
}

export class DeadLetterDetail extends DeadLetterView {
  @ApiProperty({ type: [DecisionView], description: 'What was decided, oldest first.' }) decisions: DecisionView[];
  @ApiPropertyOptional({ type: String, nullable: true, format: 'byte', description: 'The raw input; only for the scope admin; null once its time is over.' })
  raw?: string | null;

  constructor(row: DeadLetterRow, decisions: readonly DecisionRow[], raw: Buffer | null | undefined) {
    super(row);
    this.decisions = decisions.map((decision) => new DecisionView(decision));
    if (raw !== undefined) this.raw = raw === null ? null : raw.toString('base64');
  }
}

export class DeadLetterPage {
  @ApiProperty({ type: [DeadLetterView] }) items!: DeadLetterView[];
  @ApiProperty({ type: String, nullable: true }) next!: string | null;
  @ApiProperty({ type: String, nullable: true }) previous!: string | null;
}
