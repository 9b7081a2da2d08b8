import type { Position } from '@throughline/contracts';
import type { OpenEvent } from './ledger-event';
import { traitsOf, type Traits } from './traits';

/** An event with its place in the log: what projections fold, live and in a rebuild alike. */
export interface AppendedEvent extends OpenEvent {
  position: Position;
  /** Unix ms. */
  recordedAt: number;
  /** What it says of the customer: nothing where its body is gone. */
  told: Traits;
}

export const appendedEvent = ({ segment, envelope, body }: OpenEvent, { position, recordedAt }: Pick<AppendedEvent, 'position' | 'recordedAt'>): AppendedEvent => ({
  ...{ segment, envelope, body, position, recordedAt },
  told: body ? traitsOf(envelope, body) : {},
});

/** Types that steer the read models and are no part of the timeline. */
export const IDENTITY_LINKED = 'identity.linked';

export const isTimelineItem = ({ envelope }: OpenEvent) => envelope.type !== IDENTITY_LINKED;
