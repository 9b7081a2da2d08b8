import { fromBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { FrameSchema, mediaTypeOf, parseAccepted, RecordSchema, ThroughlineError, TimelineRecordSchema, type Envelope } from '@throughline/contracts';
import type { Logger } from 'pino';
import type { DeadLetters } from '../runtime.contract';

const CAUSES = new Set(['conflict', 'unparsable', 'unopenable']);

export interface SetAsideParts {
  deadLetters: DeadLetters;
  log: Pick<Logger, 'error'>;
}

/**
 * What a group's handler rejected becomes a dead letter, once per event and group: the record as it was on the bus, sealed
 * once more. What names no tenant belongs to nobody who could look at it, and is told in the log.
 */
export const setAsideRejected = ({ deadLetters, log }: SetAsideParts) =>
  async function setAside(message: Message, error: Error, group: string): Promise<void> {
    const { tenant, account, id } = subjectOf(message);
    const { topic, partition, offset } = message;
    if (!tenant) return log.error({ err: error, topic, partition, offset, group }, 'rejected a message of no tenant');
    await deadLetters.put({
      tenant,
      account: account || undefined,
      cause: causeOf(error),
      detail: error instanceof ThroughlineError ? error.message : 'The handler rejected it.',
      service: group,
      raw: message.value,
      mediaType: mediaTypeOf(topic),
      interaction: id,
      // What names no event is told apart by its bytes.
      ...(id && { subject: `${group}|${id}` }),
    });
  };

function causeOf(error: Error): string {
  const slug = error instanceof ThroughlineError ? error.slug : '';
  if (slug === 'key-destroyed' || slug === 'blob-missing') return 'unopenable';
  return CAUSES.has(slug) ? slug : 'rejected';
}

type Subject = Partial<Record<'tenant' | 'account' | 'id', string>>;

/** Whose message it is, as far as it says. */
function subjectOf(message: Message): Subject {
  const { topic, value, tenant } = message;
  if (topic === 'interactions') return { tenant: tenant ?? tenantOfFrame(value), ...(tenant && parseAccepted(value)) };
  return envelopeOf(message) ?? {};
}

function envelopeOf({ topic, value }: Message): Envelope | undefined {
  return decoded(() => {
    if (topic === 'outbound') return fromBinary(RecordSchema, value).envelope;
    return topic === 'timeline' ? fromBinary(TimelineRecordSchema, value).record?.envelope : undefined;
  });
}

const tenantOfFrame = (value: Uint8Array) => decoded(() => fromBinary(FrameSchema, value).tenant);

/** Undefined where it is no protobuf at all: it names nobody. */
function decoded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
