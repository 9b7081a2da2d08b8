import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { KNOWN_TYPES, TYPE_PATTERN, type DirectionName } from '@throughline/contracts';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, Length, Matches, Max, MaxLength, Min, ValidateNested } from 'class-validator';

const DIRECTIONS: DirectionName[] = ['inbound', 'outbound', 'internal'];
/** RFC 3339, section 5.6. Whether the day exists is asked later. */
const TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
/** No half of a UTF-16 pair: all of them would be written as the same U+FFFD, and ids that differ in one alone be the same. */
const WHOLE = /^\P{Cs}*$/u;

export class PostedIdentity {
  @ApiProperty({ example: 'phone' })
  @IsString()
  @Length(1, 100)
  namespace!: string;

  @ApiProperty({ example: '+14155550100' })
  @IsString()
  @Length(1, 512)
  value!: string;

  @ApiPropertyOptional({ type: Boolean, nullable: true, description: 'The gateway vouches for it. Counts only from a key scoped for the namespace.' })
  @IsOptional()
  @IsBoolean()
  verified?: boolean | null;
}

export class PostedAttachment {
  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  name?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'application/pdf' })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  mediaType?: string | null;

  @ApiPropertyOptional({ type: 'integer', nullable: true, description: 'Bytes.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  size?: number | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  @Matches(/^https?:\/\/\S+$/i, { message: 'Must be an http or https address.' })
  url?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Hex.' })
  @IsOptional()
  @IsString()
  @Matches(/^[0-9a-fA-F]{64}$/, { message: 'Must be a SHA-256 in hex.' })
  sha256?: string | null;
}

export class PostedContent {
  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  text?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  html?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  subject?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'BCP 47.', example: 'zh-Hant' })
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,9}$/, { message: 'Must be a language tag (BCP 47).' })
  language?: string | null;

  @ApiPropertyOptional({ nullable: true, type: [PostedAttachment] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => PostedAttachment)
  attachments?: PostedAttachment[] | null;
}

/** An interaction as a gateway posts it (docs/api.md, "Posting interactions"). */
export class PostedInteraction {
  @ApiProperty({ description: "The gateway's own id, the idempotency key within the account.", example: 'gw7-000123' })
  @IsString()
  @Length(1, 256)
  @Matches(WHOLE, { message: 'Must hold whole characters (no lone surrogate).' })
  id!: string;

  @ApiProperty({ description: 'The channel account.', example: 'acc_main-line' })
  @IsString()
  @Length(1, 128)
  account!: string;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Only on an account open to several channels.', example: 'in-store' })
  @IsOptional()
  @IsString()
  @Matches(/^[a-z][a-z0-9-]{0,63}$/, { message: 'Must be a channel: lower case words and hyphens.' })
  channel?: string | null;

  @ApiProperty({ description: `An open set of <thing>.<past participle>; with schemas: ${KNOWN_TYPES.join(', ')}.`, example: 'call.ended' })
  @IsString()
  @Matches(TYPE_PATTERN, { message: 'Must be <thing>.<past participle> in lower case.' })
  type!: string;

  @ApiProperty({ enum: DIRECTIONS })
  @IsIn(DIRECTIONS)
  direction!: DirectionName;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T08:15:30.123Z' })
  @IsString()
  @Matches(TIME, { message: 'Must be a time (RFC 3339).' })
  occurredAt!: string;

  @ApiProperty({ type: [PostedIdentity], description: "The customer's; the first is her own on this channel. May be empty where `conversation` is there." })
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => PostedIdentity)
  identities!: PostedIdentity[];

  @ApiPropertyOptional({ type: String, nullable: true, description: "The provider's thread." })
  @IsOptional()
  @IsString()
  @Length(1, 512)
  @Matches(WHOLE, { message: 'Must hold whole characters (no lone surrogate).' })
  conversation?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'The `id` of the interaction on the same account that this one answers.' })
  @IsOptional()
  @IsString()
  @Length(1, 256)
  inReplyTo?: string | null;

  @ApiPropertyOptional({ nullable: true, type: PostedContent })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PostedContent)
  content?: PostedContent | null;

  @ApiPropertyOptional({ nullable: true, type: 'object', additionalProperties: true, description: 'By type.' })
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown> | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Who took part, if anyone.', example: 'agent_7' })
  @IsOptional()
  @IsString()
  @Length(1, 256)
  agent?: string | null;
}
