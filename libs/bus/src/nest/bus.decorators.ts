import { applyDecorators, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { TopicName } from '@throughline/contracts';
import { PassOn } from './pass-on.filter';

/** Only the BusStrategy serves these handlers, whatever other transports an app has. */
export const BUS_TRANSPORT = Symbol('throughline-bus');

/** What a handler takes, as the decorators leave it for the strategy. */
export interface BusSource {
  topic: TopicName;
  /** Undefined: a broadcast. */
  group?: string;
  maxBatch?: number;
}

/** What a handler of a group takes. */
export interface OnGroupOptions {
  topic: TopicName;
  /** Name of the group over the whole product; one handler each. */
  group: string;
  /** Messages in one batch at most (default 500). */
  maxBatch?: number;
}

let broadcasts = 0;

/** The method takes `(batch: readonly Message[])` as a member of a group; it keeps the promises of BatchHandler. */
export const OnGroup = ({ topic, group, maxBatch }: OnGroupOptions): MethodDecorator => handles(`group:${topic}:${group}`, { topic, group, maxBatch });

/** The method takes `(batch: readonly Message[])`: every message of the topic, from its start, in every process. */
export const OnBroadcast = ({ topic }: { topic: TopicName }): MethodDecorator => handles(`broadcast:${topic}:${++broadcasts}`, { topic });

// The pattern tells handlers apart; what they take stands beside it.
const handles = (pattern: string, source: BusSource): MethodDecorator =>
  applyDecorators(EventPattern(pattern, BUS_TRANSPORT, { source }) as MethodDecorator, UseFilters(PassOn));
