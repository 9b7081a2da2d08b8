import { randomUUID } from 'node:crypto';
import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse, ApiConflictResponse, ApiHeader, ApiNotFoundResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { malformed } from '@throughline/contracts';
import { Caller, Scopes, type Credential } from '@throughline/platform';
import { Type } from 'class-transformer';
import { IsNotEmpty, IsNotEmptyObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { MessageRequests, type RequestMessage } from './message-request';

export class MessageContent {
  @ApiProperty({ minLength: 1, maxLength: 16_384 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(16_384)
  text!: string;
}

export class MessageRequest {
  @ApiProperty({ description: 'The channel account that sends it.' })
  @IsString()
  @MaxLength(256)
  account!: string;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Id of the interaction it answers.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  inReplyTo?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'With `conversation`, where it answers no single interaction.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  customer?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  conversation?: string | null;

  @ApiProperty({ type: MessageContent })
  @IsNotEmptyObject()
  @ValidateNested()
  @Type(() => MessageContent)
  content!: MessageContent;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Who says it.' })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  agent?: string | null;
}

export class MessageAccepted {
  @ApiProperty({ description: 'Its id in the timeline; delivery receipts relate to it.' }) interactionId!: string;
}

@ApiTags('messages')
@Controller('v1/messages')
export class MessagesController {
  constructor(private readonly requests: MessageRequests) {}

  @Post()
  @HttpCode(202)
  @Scopes('send')
  @ApiOperation({ summary: 'Send a message to a customer', description: 'It is in her timeline at once; web chat only so far.' })
  @ApiHeader({ name: 'idempotency-key', required: false, description: 'The same key again, on the same account, sends nothing more.' })
  @ApiAcceptedResponse({ type: MessageAccepted })
  @ApiNotFoundResponse({ description: 'Unknown account, customer or interaction.' })
  @ApiConflictResponse({ description: '`/problems/idempotency-key-reused`: another message under the same key.' })
  @ApiUnprocessableEntityResponse({ description: '`/problems/channel-cannot-send`, `/problems/no-conversation`.' })
  async send(@Caller() { tenant }: Credential, @Body() message: MessageRequest, @Headers('idempotency-key') key?: string): Promise<MessageAccepted> {
    if (key !== undefined && (key === '' || key.length > 256)) throw malformed('An Idempotency-Key has 1 to 256 characters.');
    return { interactionId: await this.requests.request(tenant, said(message), key ?? randomUUID()) };
  }
}

/** Without what is null: a client that writes null says nothing. */
const said = ({ account, content, inReplyTo, customer, conversation, agent }: MessageRequest): RequestMessage => ({
  ...{ account, content },
  ...{ inReplyTo: inReplyTo ?? undefined, customer: customer ?? undefined, conversation: conversation ?? undefined, agent: agent ?? undefined },
});
