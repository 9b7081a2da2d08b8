import { fromBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { RecordSchema, TimelineRecordSchema, type Envelope } from '@throughline/contracts';

/** The envelope of a message of any topic that carries events; undefined where it has none. */
export function envelopeOf({ topic, value }: Message): Envelope | undefined {
  try {
    if (topic === 'interactions' || topic === 'outbound') return fromBinary(RecordSchema, value).envelope;
    if (topic === 'timeline') return fromBinary(TimelineRecordSchema, value).record?.envelope;
    return undefined;
  } catch {
    // No protobuf at all: it names nobody.
    return undefined;
  }
}
