import { randomUUID } from 'node:crypto';
import type { RebuildProgress } from '@throughline/event-store';
import { notFound, ThroughlineError } from '@throughline/contracts';

/** A rebuild as the operator sees it. */
export interface RebuildView extends RebuildProgress {
  id: string;
  service: string;
  state: 'running' | 'done' | 'failed';
  /** RFC 3339. */
  startedAt: string;
  endedAt?: string;
  /** Why it failed, in words without personal data. */
  reason?: string;
}

/** Runs a rebuild, tells how far it is, and stops where the signal says so. */
export type RunRebuild = (onProgress: (progress: RebuildProgress) => void, signal: AbortSignal) => Promise<void>;

/** Of rebuilds that have ended the newest are remembered. */
const REMEMBERED = 20;

/** The rebuilds this process was asked for. One that runs in another process is not seen here, but keeps a second from starting. */
export class RebuildRuns {
  private readonly views = new Map<string, RebuildView>();
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly service: string,
    private readonly run: RunRebuild,
    private readonly clock: () => Date,
    private readonly onFailed: (error: unknown) => void,
  ) {}

  /** Resolves when it is at work. Throws `rejected` (`rebuild-running`, 409) where one is already, in any process. */
  async start(): Promise<RebuildView> {
    const id = randomUUID();
    const begun = Promise.withResolvers<void>();
    const done = this.run((progress) => {
      this.note(id, progress);
      begun.resolve();
    }, this.stopping.signal);
    this.follow(id, done);
    await Promise.race([begun.promise, done]);
    return this.see(id);
  }

  /** Throws `rejected` (`rebuild-not-found`, 404): this process does not know it, or no more. */
  see(id: string): RebuildView {
    const view = this.views.get(id);
    if (!view) throw notFound('rebuild-not-found', 'This process knows no such rebuild.');
    return view;
  }

  /** Gives up what runs: the live read models stay as they are. */
  async close(): Promise<void> {
    this.stopping.abort(new Error('the service is ending'));
    await Promise.allSettled(this.running);
  }

  private follow(id: string, done: Promise<void>): void {
    const ended = done.then(() => this.ended(id, { state: 'done' }), (error: unknown) => this.failed(id, error)).finally(() => this.running.delete(ended));
    this.running.add(ended);
  }

  private ended(id: string, how: Pick<RebuildView, 'state' | 'reason'>): void {
    this.note(id, { ...how, endedAt: this.clock().toISOString() });
  }

  private failed(id: string, error: unknown): void {
    // One that never began was refused: who asked has been told.
    if (!this.views.has(id)) return;
    this.ended(id, { state: 'failed', reason: error instanceof ThroughlineError ? error.message : 'It failed; the log of the service says why.' });
    if (!this.stopping.signal.aborted) this.onFailed(error);
  }

  private note(id: string, changes: Partial<RebuildView>): void {
    const standing = this.views.get(id) ?? { ...BEGINNING, id, service: this.service, startedAt: this.clock().toISOString() };
    this.views.set(id, { ...standing, ...changes });
    if (this.views.size > REMEMBERED) this.views.delete(this.views.keys().next().value!);
  }
}

const BEGINNING = { state: 'running', phase: 'preparing', done: 0, of: 0, eventsPerSecond: 0, msLeft: undefined } as const;
