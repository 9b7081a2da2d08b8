import type { Position } from '@throughline/contracts';
import type { OpenEvent } from './ledger-event';

/** An event with its place in the log: what projections fold, live and in a rebuild alike. */
export interface AppendedEvent extends OpenEvent {
  position: Position;
  /** Unix ms. */
  recordedAt: number;
}

/** Types that steer the read models and are no part of the timeline. */
export const IDENTITY_LINKED = 'identity.linked';

export const isTimelineItem = ({ envelope }: OpenEvent) => envelope.type !== IDENTITY_LINKED;
