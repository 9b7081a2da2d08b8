import type { Position } from '@throughline/contracts';
import type { Database, Tx } from '@throughline/postgres';
import type { EventHead } from './event-heads';

/** How the read models of a log are made: the same fold for live events and for a rebuild. */
export interface Projector<Opened> {
  /** Tables the fold writes, every one of them and no other. No foreign key, trigger or view hangs on them. */
  readonly tables: readonly string[];
  /** Reads what folding these events of one tenant needs: of bodies those it asks the store for. It sees everything but the tables that are being made. */
  open(tx: Tx, tenant: string, events: readonly EventHead[]): Promise<Opened>;
  /** Folds events in the order of the log, into the tables the transaction sees by their plain names. */
  fold(tx: Tx, tenant: string, opened: Opened): Promise<void>;
  /**
   * The same in another order: events of a stream in theirs, each once, those of several streams in any order and at the same time.
   * What hangs on the order between streams is left out. The places of events that must be folded again come back.
   */
  foldRange(tx: Tx, tenant: string, opened: Opened): Promise<readonly Position[]>;
  /** After all ranges: folds, of the events `foldRange` named, what it left out. In the order of the log, and by their envelopes alone. */
  foldLater(tx: Tx, tenant: string, events: readonly EventHead[]): Promise<void>;
  /**
   * After that: makes exact what else hangs on several streams, a part at a time.
   * @param after what the part before gave back @returns undefined after the last part
   */
  join(tx: Tx, tenant: string, after: string | undefined): Promise<string | undefined>;
}

/** `folding`: the log up to where it stood, by ranges of streams; `catching-up`: what came meanwhile, in log order. */
export type RebuildPhase = 'preparing' | 'folding' | 'joining' | 'catching-up' | 'switching' | 'done';

/** How far a rebuild is. */
export interface RebuildProgress {
  phase: RebuildPhase;
  /** Events folded. */
  done: number;
  /** Events to fold, as far as is known: ids that came twice count too, so it may be more than there are. */
  of: number;
  eventsPerSecond: number;
  /** Undefined before anything is folded. */
  msLeft: number | undefined;
}

export interface RebuildOptions {
  database: Pick<Database, 'service' | 'relay' | 'reader' | 'writer' | 'owner' | 'lease'>;
  /** Ranges folded at the same time (default 3). Each holds one connection. */
  workers?: number;
  /** Events of a range folded in one transaction (default 2,000). */
  batch?: number;
  onProgress?: (progress: RebuildProgress) => void;
  /** Gives up: the live tables stay as they are. */
  signal?: AbortSignal;
  /** Unix ms; default: the clock of the machine. */
  now?: () => number;
}
