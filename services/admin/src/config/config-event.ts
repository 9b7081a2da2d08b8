import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ConfigRecordSchema, DataClass, derivedId, EnvelopeSchema, rejected, type ConfigRecord, type Position } from '@throughline/contracts';
import type { NewEvent, StoredEvent } from '@throughline/event-store';
import { commitment, randomSalt, type TenantKeys } from '@throughline/vault';
import { v5 } from 'uuid';

const SALT_BYTES = 16;
const GENERATION_SHIFT = 32n;

export interface ConfigEventContext {
  keys: TenantKeys;
  /** Unix ms. */
  at: number;
  producerVersion: string;
}

/** `<kind>/<id>`: what the topic `config` is compacted by. */
export function configName({ value }: ConfigRecord): string {
  if (value.case === undefined) throw new Error('A config record without a value.');
  return `${value.case}/${value.value.id}`;
}

/**
 * The version that a thing is published with: the log's generation, and below it the thing's own version. A log that was brought back from an
 * older copy counts versions anew which processes have seen already; what it says now is newer all the same.
 */
export const publishedVersion = ({ generation }: Position, own: bigint) => (BigInt(generation) << GENERATION_SHIFT) | own;
export const generationOf = (published: bigint) => published >> GENERATION_SHIFT;
export const ownVersion = (published: bigint) => BigInt.asUintN(Number(GENERATION_SHIFT), published);

/**
 * The event that says what a thing of the configuration now is. Its body is a salt and the ConfigRecord, sealed under the
 * tenant's config key; the stream is the thing, and the version makes the id, so a change is appended once.
 */
export function configEvent(type: string, record: ConfigRecord, { keys, at, producerVersion }: ConfigEventContext): NewEvent {
  const name = configName(record);
  const stream = v5(`config|${name}`, keys.tenant);
  const id = derivedId(stream, 'config', Number(record.version));
  const bytes = toBinary(ConfigRecordSchema, record);
  const body = Buffer.concat([randomSalt(SALT_BYTES), bytes]);
  const { keyId, box } = keys.seal('config', id, body);
  const key = keys.hash('key', `config|${name}`);
  const envelope = create(EnvelopeSchema, {
    ...{ id, type, typeVersion: 1, tenant: keys.tenant, key, dataClass: DataClass.OPERATIONAL },
    ...{ claimedAt: BigInt(at), occurredAt: BigInt(at), acceptedAt: BigInt(at) },
    ...{ commitment: commitment(id, body), producer: 'admin', producerVersion },
  });
  const digest = keys.hash('digest', bytes);
  return { tenant: keys.tenant, stream, id, type, occurredAt: at, key, envelope: toBinary(EnvelopeSchema, envelope), digest, keyId, box };
}

/** The record that an event holds. Throws as `TenantKeys.open` does. */
export async function openConfigEvent(keys: TenantKeys, event: Pick<StoredEvent, 'id' | 'keyId' | 'box'>): Promise<ConfigRecord> {
  const body = await keys.open(event.id, event);
  if (body.length < SALT_BYTES) throw rejected('unopenable', 'The body of a config event is too short.');
  return fromBinary(ConfigRecordSchema, body.subarray(SALT_BYTES));
}
