import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../config/paging';
import type { DeadLetterRow } from './dead-letter-table';

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

  constructor(row: DeadLetterRow) {
    this.id = row.id;
    this.account = row.account || null;
    this.cause = row.cause;
    this.detail = row.detail;
    this.service = row.service;
    this.at = row.at.toISOString();
    this.interactionId = row.interaction || null;
    this.mediaType = row.media_type || null;
  }
}

export class DeadLetterDetail extends DeadLetterView {
  @ApiPropertyOptional({ type: String, nullable: true, format: 'byte', description: 'The raw input; only for the scope admin; null once its time is over.' })
  raw?: string | null;

  constructor(row: DeadLetterRow, raw: Buffer | null | undefined) {
    super(row);
    if (raw !== undefined) this.raw = raw === null ? null : raw.toString('base64');
  }
}

export class DeadLetterPage {
  @ApiProperty({ type: [DeadLetterView] }) items!: DeadLetterView[];
  @ApiProperty({ type: String, nullable: true }) next!: string | null;
  @ApiProperty({ type: String, nullable: true }) previous!: string | null;
}
