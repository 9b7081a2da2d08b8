import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsOptional, IsString, MaxLength } from 'class-validator';
import type { ApiKeyEntity } from './api-key.entity';
import type { IssuedKey } from './api-keys';

const SCOPES = { type: String, isArray: true, example: ['ingest', 'read', 'vouch:email'] };

export class CreateKey {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200, description: 'What the key is for.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string | null;

  @ApiProperty({ ...SCOPES, description: 'ingest, ingest:<account>, vouch:<namespace>, vouch:*, read, work, send, privacy, admin' })
  @IsArray()
  @IsString({ each: true })
  scopes!: string[];
}

export class KeyView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty(SCOPES) scopes: string[];
  @ApiProperty({ format: 'date-time' }) createdAt: string;

  constructor(key: ApiKeyEntity) {
    this.id = key.id;
    this.name = key.name;
    this.scopes = key.scopes;
    this.createdAt = key.createdAt.toISOString();
  }
}

export class IssuedKeyView extends KeyView {
  @ApiProperty({ description: 'Shown this once; only its hash is kept.', example: 'tl_...' })
  token: string;

  constructor({ entity, token }: IssuedKey) {
    super(entity);
    this.token = token;
  }
}

export class KeyPage {
  @ApiProperty({ type: [KeyView] }) items!: KeyView[];
  @ApiProperty({ type: String, nullable: true }) next!: string | null;
  @ApiProperty({ type: String, nullable: true }) previous!: string | null;
}
