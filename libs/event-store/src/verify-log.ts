import type { Database } from '@throughline/postgres';
import { Findings } from './verify-findings';
import { lostEvents } from './verify-ids';
import { nextTenant } from './verify-rows';
import { StreamScan, type ScanCounts, type ScanTask } from './verify-scan';
import type { VerifyOptions, VerifyReport } from './verify.contract';
import { ALL_UUIDS, behind, FIRST_UUID, halves, shareOf } from './uuid-range';

const LANES = 4;
const KEPT = 100;

type LogDatabase = Pick<Database, 'relay'>;

/** Part of the work: the streams, or the ids, of a range of one tenant. */
interface Task extends ScanTask {
  of: 'streams' | 'ids';
}

/**
 * Walks a whole log, one tenant's part of it or one stream: chains against envelopes, envelopes against the columns beside
 * them, heads, ids, the presence of bodies and, where a function opens them, what is in them. Reads as relay, changes
 * nothing, holds a few pages in memory however long the log is, and can run while others append.
 * What a chain cannot see (a stream cut together with its head, or gone as a whole) `verifyAgainstDigest` does.
 */
export async function verifyLog(database: LogDatabase, options: VerifyOptions = {}): Promise<VerifyReport> {
  const findings = new Findings(options.keep ?? KEPT);
  const walk = new LogWalk(database, options, findings);
  const tenants = options.tenant === undefined ? await tenantsOf(database) : [options.tenant];
  await walk.run(tenants.flatMap((tenant) => tasksOf(tenant, options)));
  const generation = await database.relay((tx) => tx.query<{ generation: number }>('SELECT generation FROM log'));
  const { streams, events, ...bodies } = walk.counts;
  return { tenants: tenants.length, streams, events, bodies, ...findings.report(generation.rows[0]!.generation) };
}

async function tenantsOf(database: LogDatabase): Promise<string[]> {
  const tenants: string[] = [];
  let from: string | undefined = FIRST_UUID;
  while (from !== undefined) {
    const at: string = from;
    const tenant = await database.relay((tx) => nextTenant(tx, at));
    if (tenant !== undefined) tenants.push(tenant);
    from = tenant && behind(tenant, ALL_UUIDS)?.from;
  }
  return tenants;
}

function tasksOf(tenant: string, { stream }: VerifyOptions): Task[] {
  if (stream !== undefined) return [{ of: 'streams', tenant, from: stream, to: stream }];
  return [{ of: 'streams', tenant, ...ALL_UUIDS }, { of: 'ids', tenant, ...ALL_UUIDS }];
}

/** Lanes that share a heap of tasks: one that has nothing to do gets half of what another has left. */
class LogWalk {
  readonly counts: ScanCounts = { streams: 0, events: 0, stored: 0, opened: 0, destroyed: 0, keyGone: 0 };
  private readonly heap: Task[] = [];
  private idle = 0;
  private total = 0;
  private done = 0;
  private waiting: (() => void)[] = [];
  private readonly lanes: number;

  constructor(
    private readonly database: LogDatabase,
    private readonly options: VerifyOptions,
    private readonly findings: Findings,
  ) {
    this.lanes = options.lanes ?? LANES;
  }

  async run(tasks: readonly Task[]): Promise<void> {
    this.heap.push(...tasks);
    this.total = tasks.reduce((sum, task) => sum + shareOf(task), 0);
    await Promise.all(Array.from({ length: this.lanes }, () => this.lane()));
  }

  /** Ends when every lane is idle: then nothing can be handed on any more. */
  private async lane(): Promise<void> {
    for (;;) {
      const task = this.heap.shift();
      if (task) {
        await this.work(task).catch((error: unknown) => this.fail(error));
        continue;
      }
      this.idle += 1;
      if (this.idle === this.lanes) return this.wake();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      if (this.idle === this.lanes) return;
      this.idle -= 1;
    }
  }

  private async work(task: Task): Promise<void> {
    const rest = task.of === 'streams' ? await this.scan(task) : await this.lookForIds(task);
    this.done += shareOf(task) - (rest ? shareOf(rest) : 0);
    this.options.onProgress?.({ events: this.counts.events, share: this.total === 0 ? 1 : this.done / this.total });
    if (rest) this.handOn({ ...task, ...rest });
  }

  private handOn(task: Task): void {
    const [first, second] = this.idle > 0 ? halves(task) : [task, undefined];
    this.heap.unshift({ ...task, ...first });
    if (second) this.heap.push({ ...task, ...second });
    this.wake();
  }

  private scan(task: ScanTask): Promise<ScanTask | undefined> {
    const found = this.findings.add;
    return new StreamScan(task, { database: this.database, checkBodies: this.options.checkBodies, counts: this.counts, found }).page();
  }

  private async lookForIds({ tenant, ...range }: Task) {
    const { lost, rest } = await this.database.relay((tx) => lostEvents(tx, tenant, range));
    for (const event of lost) this.findings.addLost(tenant, event);
    return rest;
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Nothing more is begun; the lane's promise then rejects. */
  private fail(error: unknown): never {
    this.heap.length = 0;
    throw error;
  }
}
