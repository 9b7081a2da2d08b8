import { fromBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { FrameSchema, parseAccepted, RecordSchema, TimelineRecordSchema, TOPICS, type Envelope } from '@throughline/contracts';

/** Whose a message is and which event it is, as far as it says. */
export type Subject = Partial<Record<'tenant' | 'account' | 'id', string>>;

/** Reads whose message it is; empty where it names nobody. Never throws. */
export function subjectOf(message: Message): Subject {
  const { topic, value, tenant } = message;
  // A frame that did not open.
  if (TOPICS[topic].framed && !tenant) return { tenant: decoded(() => fromBinary(FrameSchema, value).tenant) };
  if (topic !== 'interactions') return envelopeOf(message) ?? {};
  const { id, account } = parseAccepted(value) ?? {};
  return { tenant, id, account };
}

function envelopeOf({ topic, value }: Message): Envelope | undefined {
  return decoded(() => {
    if (topic === 'outbound') return fromBinary(RecordSchema, value).envelope;
    return topic === 'timeline' ? fromBinary(TimelineRecordSchema, value).record?.envelope : undefined;
  });
}

/** Undefined where it is no protobuf at all: it names nobody. */
function decoded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
