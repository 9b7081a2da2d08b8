import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IssuedKeyView } from '../keys/keys.contract';
import type { TenantEntity } from './tenant.entity';

export class CreateTenant {
  @ApiProperty({ example: 'Example Shop', maxLength: 200 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  name!: string;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'DE', description: 'CLDR region for phone numbers written without a country code; without one none is assumed.' })
  @IsOptional()
  @Matches(/^[A-Z]{2}$/, { message: 'region must be two capital letters' })
  region?: string | null;
}

export class TenantView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: String, nullable: true }) region: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt: string;

  constructor(tenant: TenantEntity) {
    this.id = tenant.tenant;
    this.name = tenant.name;
    this.region = tenant.region || null;
    this.createdAt = tenant.createdAt.toISOString();
  }
}

export class CreatedTenantView extends TenantView {
  @ApiProperty({ type: () => IssuedKeyView, description: 'The first key; its token is shown this once.' })
  apiKey: IssuedKeyView;

  constructor(tenant: TenantEntity, key: IssuedKeyView) {
    super(tenant);
    this.apiKey = key;
  }
}
