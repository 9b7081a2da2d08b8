import type { Database } from '@throughline/postgres';
import type { Message } from '../bus.contract';

/** Whose a message is and what it is about, as far as that stands in the clear. */
export interface About {
  /** UUID. */
  tenant: string;
  account?: string;
  /** Id of the event or interaction. */
  subject?: string;
}

/** What became of a parked key. */
export interface ParkedChange {
  /** Names this parking of the key: a key that passed and is parked again gets another. */
  id: string;
  group: string;
  /** `parked`: at first and after every try in vain. `passed`: everything that waited is done and the key is live again. */
  state: 'parked' | 'passed';
  /** Of the message the key waits for; undefined where nobody can tell. */
  about: About | undefined;
  /** Tries in vain with that message. */
  attempts: number;
  /** Unix ms. */
  nextTry: number;
  /** Why the last try failed: a slug or a kind of error, and words without personal data. */
  error: string;
  reason: string;
  /** Unix ms of the change. */
  at: number;
}

/** How one tenant's flood is kept from holding up the others. */
export interface Fairness {
  /** Never throws. */
  tenantOf: (message: Message) => string | undefined;
  /** Are there several tenants at all? A flood of the only one is worked straight on. */
  several: () => boolean;
  /** Messages of one tenant in full batches, one after the other on a partition, from which on they are a flood (default 2,000). */
  afterMessages?: number;
}

/** The parking lot of a service: tables in its own schema (`parkingMigration`). */
export interface Parking {
  database: Database;
  /** Where it is given, parked messages can be found by tenant and subject. Never throws. */
  about?: (message: Message) => About | undefined;
  /** Without it tenants are worked in the order of their messages. */
  fairness?: Fairness;
  /** Told of every change of a parked key, in order, at least once. */
  onChange?: (change: ParkedChange) => Promise<void>;
  /** Ms until a parked key is tried again: at first (default 1,000), doubling up to (default 600,000). */
  firstTryMs?: number;
  longestWaitMs?: number;
  /** [0, 1): a wait is shortened by up to a half of itself, so that keys parked together do not come back together. */
  random?: () => number;
}

/** Channel of the service's database that tells of parked keys: parked, tried again by an operator, passed. */
export const PARKED_CHANNEL = 'parked';
