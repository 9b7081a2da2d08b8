import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { comparePositions, type Position, rejected } from '@throughline/contracts';
import type { Lease, Tx } from '@throughline/postgres';
import type { EventHead } from './event-heads';
import { ProgressCount } from './rebuild-progress';
import { StreamRanges, type StreamRange } from './rebuild-ranges';
import { readLater, readRange, readShown, readSpan, readTenants, writeLater } from './rebuild-read';
import { Shadow } from './rebuild-shadow';
import { NotNow, switchOver } from './rebuild-switch';
import type { Projector, RebuildOptions } from './rebuild.contract';

/** One more than keeps the server busy while another's events are folded here. */
const WORKERS = 3;
const BATCH = 2_000;
/** Events of one page of catching up: whoever is not even so far behind is near enough to switch. */
const CATCH_UP = 2_000;
/** Ms to wait for the right to rebuild: who holds it holds it for long. */
const WAIT_FOR_LEASE_MS = 500;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Makes a log's read models anew beside the live ones and puts them in their place; nothing is published or sent. The live
 * tables go on being written and read, and stay untouched if it fails or the process dies; the next rebuild starts clean.
 * Appends wait for the last part of the switch, readers for a moment of it. Throws `rejected` (`rebuild-running`, 409) where
 * one is at work in any process, and what the fold or the database throw.
 */
export async function rebuildReadModels<T>(projector: Projector<T>, options: RebuildOptions): Promise<void> {
  const lease = await takeLease(options);
  const end = AbortSignal.any([lease.lost, ...(options.signal ? [options.signal] : [])]);
  try {
    await new Rebuild(projector, options, end).run();
  } finally {
    await lease.release();
  }
}

async function takeLease({ database }: RebuildOptions): Promise<Lease> {
  try {
    return await database.lease('rebuild', AbortSignal.timeout(WAIT_FOR_LEASE_MS));
  } catch (error) {
    if ((error as Error).name !== 'TimeoutError' && (error as Error).name !== 'AbortError') throw error;
    throw rejected('rebuild-running', 'A rebuild of these read models is at work.', { status: 409 });
  }
}

class Rebuild<T> {
  private readonly progress: ProgressCount;
  private readonly batch: number;
  private readonly failed = new AbortController();
  private readonly end: AbortSignal;

  constructor(
    private readonly projector: Projector<T>,
    private readonly options: RebuildOptions,
    end: AbortSignal,
  ) {
    this.end = AbortSignal.any([end, this.failed.signal]);
    this.progress = new ProgressCount(options);
    this.batch = options.batch ?? BATCH;
  }

  async run(): Promise<void> {
    const { database } = this.options;
    this.progress.enter('preparing');
    const shadow = await Shadow.make(database, this.projector.tables);
    try {
      const position = await this.foldHistory(shadow);
      await shadow.analyse(database);
      await this.finish(shadow, position);
    } catch (error) {
      // Its own failure must not hide why; the next rebuild clears what is left.
      await shadow.drop(database).catch(() => undefined);
      throw error;
    }
    this.progress.enter('done');
  }

  /** Everything up to where the log stands now, by ranges of streams. */
  private async foldHistory(shadow: Shadow): Promise<Position | undefined> {
    const { database } = this.options;
    const { span, tenants } = await database.relay(async (tx) => ({ span: await readSpan(tx), tenants: await readTenants(tx) }));
    if (!span) return undefined;
    this.progress.enter('folding');
    this.progress.expect(span.events);
    const ranges = new StreamRanges(tenants);
    await allOrNone(Array.from({ length: this.options.workers ?? WORKERS }, () => this.work(shadow, ranges, span.end)), () => this.failed.abort());
    this.progress.enter('joining');
    for (const tenant of tenants) {
      await this.foldLater(shadow, tenant);
      await this.join(shadow, tenant);
    }
    return span.end;
  }

  private async work(shadow: Shadow, ranges: StreamRanges, until: Position): Promise<void> {
    for (let range = ranges.take(); range; range = ranges.take()) {
      await this.foldRange(shadow, range, until);
      ranges.done(range);
    }
  }

  /** Another worker may take the upper part of the range meanwhile: `end` then falls. */
  private async foldRange(shadow: Shadow, range: StreamRange, until: Position): Promise<void> {
    for (;;) {
      this.end.throwIfAborted();
      const page = await this.options.database.relay((tx) => readRange(tx, range, this.batch));
      const own = page.filter(({ stream }) => stream <= range.end);
      const last = own.at(-1);
      if (last) range.cursor = { stream: last.stream, version: String(last.version) };
      // What came since the beginning is folded in its order, after the ranges.
      const old = own.filter(({ position }) => comparePositions(position, until) <= 0);
      if (old.length > 0) await this.fold(shadow, range.tenant, old, foldRange);
      if (own.length < this.batch) return;
    }
  }

  private async fold(shadow: Shadow, tenant: string, events: readonly EventHead[], way: Way = foldInOrder): Promise<void> {
    const opened = await this.options.database.reader(tenant, (tx) => this.projector.open(tx, tenant, events));
    await this.inShadow(shadow, tenant, (tx) => way(this.projector, tx, tenant, opened));
    this.progress.folded(events.length);
    // Others in the process have their turn.
    await turn();
  }

  private inShadow<R>(shadow: Shadow, tenant: string, work: (tx: Tx) => Promise<R>): Promise<R> {
    this.end.throwIfAborted();
    return this.options.database.writer([tenant], async (tx) => {
      await shadow.enter(tx);
      return work(tx);
    });
  }

  private async foldLater(shadow: Shadow, tenant: string): Promise<void> {
    for (let after: Position | undefined; ; ) {
      const page = await this.inShadow(shadow, tenant, async (tx) => {
        const events = await readLater(tx, tenant, after, this.batch);
        if (events.length > 0) await this.projector.foldLater(tx, tenant, events);
        return events;
      });
      if (page.length < this.batch) return;
      after = page.at(-1)!.position;
    }
  }

  private async join(shadow: Shadow, tenant: string): Promise<void> {
    let after: string | undefined;
    do after = await this.inShadow(shadow, tenant, (tx) => this.projector.join(tx, tenant, after));
    while (after !== undefined);
  }

  /** Catches up and switches, again with longer pauses where somebody stood in the way. */
  private async finish(shadow: Shadow, position: Position | undefined): Promise<void> {
    let at = position;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      at = await this.catchUp(shadow, at);
      this.progress.enter('switching');
      try {
        return this.progress.folded(await switchOver(this.options.database, shadow, this.projector, at));
      } catch (error) {
        if (!(error instanceof NotNow)) throw error;
      }
      await delay(pauseMs, undefined, { signal: this.end });
    }
  }

  private async catchUp(shadow: Shadow, position: Position | undefined): Promise<Position | undefined> {
    this.progress.enter('catching-up');
    for (let after = position; ; ) {
      this.end.throwIfAborted();
      const page = await this.options.database.relay((tx) => readShown(tx, after, CATCH_UP));
      for (const [tenant, events] of Map.groupBy(page, (event) => event.tenant)) await this.fold(shadow, tenant, events);
      after = page.at(-1)?.position ?? after;
      if (page.length < CATCH_UP) return after;
    }
  }
}

type Way = <T>(projector: Projector<T>, tx: Tx, tenant: string, opened: T) => Promise<void>;

const foldInOrder: Way = (projector, tx, tenant, opened) => projector.fold(tx, tenant, opened);
const foldRange: Way = async (projector, tx, tenant, opened) => writeLater(tx, tenant, await projector.foldRange(tx, tenant, opened));

/** Waits for all, also where one fails: it then tells the others to stop, and its error is thrown. */
async function allOrNone(works: readonly Promise<void>[], stop: () => void): Promise<void> {
  let failure: { error: unknown } | undefined;
  const settle = (error: unknown) => {
    failure ??= { error };
    stop();
  };
  await Promise.all(works.map((work) => work.catch(settle)));
  if (failure) throw failure.error;
}
