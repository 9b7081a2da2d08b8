import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { formatPosition, readEnvelope, type Body, type Content } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { DIRECTION_NAMES } from '../ledger-event';
import { readData } from '../traits';
import { iso } from './customer.dto';

export class TimelineIdentity {
  @ApiProperty({ example: 'phone' }) namespace!: string;
  @ApiProperty({ example: '+14155550100' }) value!: string;
}

export class TimelineSource {
  @ApiProperty({ description: 'The service whose door it came in by.' }) service!: string;
  @ApiProperty({ example: 'twilio-voice' }) provider!: string;
  @ApiProperty({ type: 'string', nullable: true, description: "The provider's own id; at the generic door the gateway's." }) providerId!: string | null;
}

/** One interaction, or one message the business asked to be sent. */
export class TimelineItem {
  @ApiProperty() id!: string;
  @ApiProperty({ example: 'message.received' }) type!: string;
  @ApiProperty({ example: 'phone' }) channel!: string;
  @ApiProperty() account!: string;
  @ApiProperty({ enum: ['inbound', 'outbound', 'internal'] }) direction!: string;
  @ApiProperty({ format: 'date-time' }) occurredAt!: string;
  @ApiProperty({ format: 'date-time', description: 'When it was appended to the log.' }) recordedAt!: string;
  @ApiProperty({ description: "Its place in the log: opaque." }) position!: string;
  @ApiProperty({ type: TimelineIdentity, nullable: true, description: 'Null where she withheld it.' }) identity!: TimelineIdentity | null;
  @ApiProperty({ type: 'string', nullable: true, description: "The provider's name of the conversation." }) conversation!: string | null;
  @ApiPropertyOptional({ description: 'Id of the interaction it refers to.' }) relatesTo?: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: '`text`, `html`, `subject`, `language`, `attachments`, as far as it has them.' }) content!: object;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'By type.' }) data!: object;
  @ApiProperty({ type: 'string', nullable: true }) agent!: string | null;
  @ApiPropertyOptional({ type: 'integer', description: 'Versions after the first, where there are any; the last one is shown.' }) revision?: number;
  @ApiProperty({ type: TimelineSource }) source!: TimelineSource;
  @ApiPropertyOptional({ description: 'True where its content is gone for good.' }) redacted?: boolean;
}

export class TimelineList {
  @ApiProperty({ type: [TimelineItem] }) items!: TimelineItem[];
  @ApiProperty({ type: 'string', nullable: true }) next!: string | null;
  @ApiProperty({ type: 'string', nullable: true }) previous!: string | null;
}

/** @param interaction the id the item has whatever its revision */
export function presentItem(event: StoredEvent, body: Body | undefined, interaction: string, revision: number): TimelineItem {
  const envelope = readEnvelope(event.envelope);
  return {
    id: interaction,
    type: envelope.type,
    channel: envelope.channel,
    account: envelope.account,
    direction: DIRECTION_NAMES[envelope.direction],
    occurredAt: iso(event.occurredAt),
    recordedAt: iso(event.recordedAt),
    position: formatPosition(event.position),
    ...presentBody(body),
    ...(envelope.relatesTo && { relatesTo: envelope.relatesTo }),
    ...(revision > 0 && { revision }),
    source: { service: envelope.producer, provider: envelope.provider, providerId: body ? providerId(body) : null },
    ...(!body && { redacted: true }),
  };
}

function presentBody(body: Body | undefined) {
  const own = body?.identities[0];
  return {
    identity: own ? { namespace: own.namespace, value: own.value } : null,
    conversation: body?.conversation || null,
    content: body?.content ? presentContent(body.content) : {},
    data: body ? readData(body.data) : {},
    agent: body?.agent || null,
  };
}

/** The gateway's own id, else the first of the provider's by name. */
function providerId({ providerIds }: Body): string | null {
  return providerIds.id ?? providerIds[Object.keys(providerIds).sort()[0] ?? ''] ?? null;
}

type BodyContent = NonNullable<Body['content']>;

/** Only what it has: proto3 writes what is missing as empty. */
function presentContent({ text, html, subject, language, attachments }: BodyContent): Content {
  const told = { ...present({ text, html, subject, language }) };
  return attachments.length > 0 ? { ...told, attachments: attachments.map(presentAttachment) } : told;
}

function presentAttachment({ name, mediaType, size, url, sha256, blob }: BodyContent['attachments'][number]) {
  return { ...present({ name, mediaType, url, sha256, blob }), ...(size > 0n && { size: Number(size) }) };
}

const present = (fields: Record<string, string>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
