import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FieldError } from '@throughline/contracts';
import type { Problem } from '@throughline/platform';
import { PostedInteraction } from './posted-interaction';

export class Warning implements FieldError {
  @ApiProperty({ example: '/identities/0/verified' })
  pointer!: string;

  @ApiProperty({ example: 'not-vouched' })
  code!: string;

  @ApiProperty()
  detail!: string;
}

export class AcceptedInteraction {
  @ApiProperty({ description: 'The same for the same `id` on the same account, for ever.' })
  interactionId!: string;

  @ApiPropertyOptional({ type: [Warning] })
  warnings?: Warning[];
}

export class BatchItem {
  @ApiProperty()
  index!: number;

  @ApiProperty({ enum: ['accepted', 'rejected'] })
  status!: 'accepted' | 'rejected';

  @ApiProperty({ type: 'string', nullable: true, description: 'Null where the item was rejected.' })
  interactionId!: string | null;

  @ApiPropertyOptional({ type: [Warning] })
  warnings?: Warning[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'RFC 9457.' })
  problem?: Problem;
}

export class BatchAnswer {
  @ApiProperty({ type: [BatchItem], description: "In the request's order." })
  items!: BatchItem[];
}

export class PostedBatch {
  @ApiProperty({ type: [PostedInteraction], maxItems: 1000 })
  interactions!: PostedInteraction[];
}
