import { ApiExtraModels, ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { TRAIT_NAMES } from '../traits';
import type { CustomerProfile } from './customer-reader';

export const iso = (ms: number) => new Date(ms).toISOString();

export class LookupIdentity {
  @ApiProperty({ example: 'phone' })
  @IsString()
  @MaxLength(100)
  namespace!: string;

  @ApiProperty({ example: '+14155550100' })
  @IsString()
  @MaxLength(2048)
  value!: string;
}

export class CustomerLookup {
  @ApiProperty({ type: [LookupIdentity], minItems: 1, maxItems: 100 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  // Of a list in the list every member is checked, and none is there.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => LookupIdentity)
  identities!: LookupIdentity[];
}

export class CustomerQuery {
  @ApiPropertyOptional({ description: '`<namespace>:<value>`, split at the first colon; exact.', example: 'phone:+14155550100' })
  @IsOptional()
  @IsString()
  @MaxLength(2200)
  identity?: string;

  @IsOptional()
  q?: unknown;

  @IsOptional()
  attention?: unknown;
}

const ATTENTION = {
  type: 'object',
  required: ['subject', 'channel', 'interactionId', 'since'],
  properties: { subject: { type: 'string' }, channel: { type: 'string' }, interactionId: { type: 'string' }, since: { type: 'string', format: 'date-time' } },
};

export class CustomerIdentity {
  @ApiProperty({ example: 'phone' }) namespace!: string;
  @ApiProperty({ example: '+14155550100' }) value!: string;
  @ApiProperty({ description: 'A credential with the right to vouch for this namespace has vouched for it.' }) verified!: boolean;
  @ApiProperty({ format: 'date-time' }) linkedAt!: string;
  @ApiProperty({ description: 'Id of the interaction by which the identity came to be hers.' }) linkedBy!: string;
}

export class CustomerTrait {
  @ApiProperty() value!: string;
  @ApiProperty({ description: 'Id of the event that says so.' }) source!: string;
  @ApiProperty({ format: 'date-time' }) at!: string;
}

const TRAITS: ApiPropertyOptions = { type: 'object', additionalProperties: { $ref: '#/components/schemas/CustomerTrait' } };
const CHANNELS: ApiPropertyOptions = {
  type: 'object',
  additionalProperties: { type: 'object', required: ['count', 'lastAt'], properties: { count: { type: 'integer' }, lastAt: { type: 'string', format: 'date-time' } } },
};

/** A customer as every team sees her. */
@ApiExtraModels(CustomerTrait)
export class Customer {
  @ApiProperty() customerId!: string;
  @ApiProperty({ type: 'integer', description: 'Rises with every event of hers; the ETag says the same.' }) version!: number;
  @ApiProperty({ type: [CustomerIdentity] }) identities!: CustomerIdentity[];
  @ApiProperty(TRAITS) traits!: Record<string, CustomerTrait>;
  @ApiProperty({ type: 'string', nullable: true }) tier!: string | null;
  @ApiProperty({ type: 'string', nullable: true, description: 'BCP 47.' }) language!: string | null;
  @ApiProperty({ type: 'array', items: ATTENTION }) attention!: never[];
  @ApiProperty(CHANNELS) channels!: Record<string, { count: number; lastAt: string }>;
  @ApiProperty({ type: 'integer' }) openCases!: number;
  @ApiPropertyOptional({ description: 'The surviving customer, where the id asked for has been merged into her.' }) mergedInto?: string;
}

export class CustomerList {
  @ApiProperty({ type: [Customer] }) items!: Customer[];
  @ApiProperty({ type: 'string', nullable: true }) next!: string | null;
  @ApiProperty({ type: 'string', nullable: true }) previous!: string | null;
}

/** @param asked the id the caller used, which may be that of a merged member */
export function presentCustomer(profile: CustomerProfile, asked = profile.customerId): Customer {
  const { customerId, version, identities, traits, channels } = profile;
  return {
    customerId,
    version,
    identities: identities.map((identity) => ({ ...identity, linkedAt: iso(identity.linkedAt) })),
    traits: Object.fromEntries(TRAIT_NAMES.flatMap((name) => presentTrait(name, traits[name]))),
    tier: null,
    language: traits.language?.value ?? null,
    attention: [],
    channels: Object.fromEntries(Array.from(channels, ([channel, { count, lastAt }]) => [channel, { count, lastAt: iso(lastAt) }])),
    openCases: 0,
    ...(asked !== customerId && { mergedInto: customerId }),
  };
}

function presentTrait(name: string, trait: CustomerProfile['traits']['name']): [string, CustomerTrait][] {
  return trait ? [[name, { value: trait.value, source: trait.source, at: iso(trait.at) }]] : [];
}
