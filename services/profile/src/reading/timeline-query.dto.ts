import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsMoment } from '@throughline/platform';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** What part of a timeline, in which order. */
export class TimelineQuery {
  @ApiPropertyOptional({ enum: ['desc', 'asc'], default: 'desc', description: 'Newest first, or oldest first. A cursor keeps the order it began with.' })
  @IsOptional()
  @IsIn(['desc', 'asc'])
  order?: 'desc' | 'asc';

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(100)
  channel?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(100)
  type?: string;

  @ApiPropertyOptional({ description: "The provider's name of the conversation, on whatever account." })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  conversation?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Occurred then or later.' })
  @IsOptional()
  @IsMoment()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Occurred before then.' })
  @IsOptional()
  @IsMoment()
  to?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  cursor?: string;

  @IsOptional()
  asOf?: unknown;

  @IsOptional()
  knownAt?: unknown;
}
