import { getExtension, hasExtension, type DescMessage } from '@bufbuild/protobuf';
import { ConfigRecordSchema } from './gen/throughline/v1/config_pb';
import { DeadLetterSchema, RedriveSchema } from './gen/throughline/v1/dead_letter_pb';
import { RecordSchema } from './gen/throughline/v1/event_pb';
import { FrameSchema } from './gen/throughline/v1/frame_pb';
import { topics as topicsOption } from './gen/throughline/v1/topic_pb';

/** What the bus must know of a topic. It stands as an option on the proto message the topic carries. */
export interface Topic {
  name: TopicName;
  /** Of a keyed topic it never changes in place. */
  partitions: number;
  /** 0 on a compacted topic. */
  retentionDays: number;
  compacted: boolean;
  /** Messages of one tenant that wait together travel as one sealed frame. */
  framed: boolean;
}

/** The topics there are; a test holds them against the proto. */
export type TopicName = 'config' | 'interactions' | 'timeline' | 'outbound' | 'dead-letters' | 'redrives';

const carriers: DescMessage[] = [ConfigRecordSchema, FrameSchema, RecordSchema, DeadLetterSchema, RedriveSchema];

function topicsOf(message: DescMessage): Topic[] {
  const options = message.proto.options;
  if (!options || !hasExtension(options, topicsOption)) return [];
  return getExtension(options, topicsOption).map((topic) => ({
    name: topic.name as TopicName,
    partitions: topic.partitions,
    retentionDays: topic.retentionDays,
    compacted: topic.compacted,
    framed: topic.framed,
  }));
}

/** Every topic there is, by name. */
export const TOPICS = Object.fromEntries(carriers.flatMap(topicsOf).map((topic) => [topic.name, topic])) as Record<TopicName, Topic>;

/** What a dead letter says of bytes that were a message of this topic. */
export const mediaTypeOf = (topic: TopicName) => `application/${topic === 'interactions' ? 'json' : 'x-protobuf'}; topic=${topic}`;
