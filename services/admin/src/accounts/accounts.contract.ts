import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { ChannelAccountEntity } from './channel-account.entity';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const SLUG = /^[a-z][a-z0-9-]{0,49}$/;
const OBJECT = { type: 'object', additionalProperties: true } as const;
const SECRETS = { type: 'object', additionalProperties: { type: 'string' }, writeOnly: true, example: { secret: '...' } } as const;

/** What can be changed of an account. In a change, null takes away what is named. */
export class ChangeAccount {
  @ApiPropertyOptional({ type: String, nullable: true, example: 'phone', description: 'Channel of its interactions; none on an account open to several.' })
  @IsOptional()
  @Matches(SLUG, { message: 'channel must be lower-case words joined by "-"' })
  channel?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: '+14155550100', description: 'What names it at the provider: number, mailbox, page, site key. No two accounts have the same one at a provider.' })
  @IsOptional()
  @IsString()
  @MaxLength(320)
  address?: string | null;

  @ApiPropertyOptional({ ...SECRETS, nullable: true, description: 'Kept sealed, never shown again.' })
  @IsOptional()
  @IsObject()
  secrets?: Record<string, string> | null;

  @ApiPropertyOptional({ ...OBJECT, nullable: true, description: 'What is not secret, by provider.' })
  @IsOptional()
  @IsObject()
  settings?: Record<string, unknown> | null;
}

export class CreateAccount extends ChangeAccount {
  @ApiPropertyOptional({ example: 'acc_main-line', description: 'Unique over all tenants and never given again; made where it is missing.' })
  @IsOptional()
  @Matches(ID, { message: 'id must be 1 to 100 letters, digits, ".", "_" or "-", a letter or digit first' })
  id?: string;

  @ApiProperty({ example: 'twilio-voice' })
  @Matches(SLUG, { message: 'provider must be lower-case words joined by "-"' })
  provider!: string;
}

export class AccountView {
  @ApiProperty() id: string;
  @ApiProperty() provider: string;
  @ApiProperty({ type: String, nullable: true }) channel: string | null;
  @ApiProperty({ type: String, nullable: true }) address: string | null;
  @ApiProperty(OBJECT) settings: object;
  @ApiProperty({ format: 'date-time' }) createdAt: string;

  constructor(account: ChannelAccountEntity) {
    this.id = account.id;
    this.provider = account.provider;
    this.channel = account.channel || null;
    this.address = account.address || null;
    this.settings = account.settings;
    this.createdAt = account.createdAt.toISOString();
  }
}

export class AccountPage {
  @ApiProperty({ type: [AccountView] }) items!: AccountView[];
  @ApiProperty({ type: String, nullable: true }) next!: string | null;
  @ApiProperty({ type: String, nullable: true }) previous!: string | null;
}
