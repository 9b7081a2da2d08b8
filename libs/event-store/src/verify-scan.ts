import type { Database } from '@throughline/postgres';
import { behind, type UuidRange } from './uuid-range';
import type { BodyVerdict, CheckBodies, Fault } from './verify.contract';
import { envelopeIn } from './verify-columns';
import { swappedWith, type PlacedFault } from './verify-displaced';
import { BEFORE_ALL, readEvents, readHead, readHeads, type Head, type LogRow } from './verify-rows';
import { StreamCheck, type StreamFault } from './verify-stream';

const HEADS = 500;
const EVENTS = 1_000;
/** A body may have 256 KiB: a page of them is held at once in every lane. */
const EVENTS_WITH_BODIES = 100;

/** Streams of one tenant. */
export interface ScanTask extends UuidRange {
  tenant: string;
}

/** What a scan counts. */
export interface ScanCounts {
  streams: number;
  events: number;
  stored: number;
  opened: number;
  destroyed: number;
  keyGone: number;
}

export interface ScanParts {
  database: Pick<Database, 'relay'>;
  checkBodies?: CheckBodies;
  counts: ScanCounts;
  found: (fault: PlacedFault) => void;
}

const BODY_FAULTS: Record<Exclude<BodyVerdict, 'kept' | 'gone'>, { fault: Fault; detail: string }> = {
  unopenable: { fault: 'body-unopenable', detail: 'the sealed body does not open: it, its id or its key was changed' },
  other: { fault: 'body-other', detail: 'the body is not the one that the envelope commits to' },
  'blob-missing': { fault: 'blob-missing', detail: 'the blob that holds the body is not in the store' },
  'keys-missing': { fault: 'keys-missing', detail: "the key store does not hold the tenant's keys: KEY_STORE must name the one they were made in, unless they were destroyed after this copy of the log was made" },
};

/**
 * Walks the streams of a tenant in their order, a page at a time, each in a transaction of its own: no snapshot is held for
 * long. Heads are read before their events, so a stream that grows meanwhile is not taken for a changed one.
 */
export class StreamScan {
  private check: StreamCheck | undefined;

  constructor(
    private readonly task: ScanTask,
    private readonly parts: ScanParts,
  ) {}

  /** Walks the next page of streams; what is left, or undefined where it was the last. */
  async page(): Promise<ScanTask | undefined> {
    const { tenant, to } = this.task;
    const heads = await this.parts.database.relay((tx) => readHeads(tx, tenant, this.task, HEADS));
    const last = heads.length < HEADS ? to : heads.at(-1)!.stream;
    await this.walk(new Map(heads.map((head) => [head.stream, head])), last);
    const rest = behind(last, this.task);
    return rest && { tenant, ...rest };
  }

  private async walk(heads: Map<string, Head>, to: string): Promise<void> {
    const limit = this.parts.checkBodies ? EVENTS_WITH_BODIES : EVENTS;
    let after = { stream: this.task.from, version: BEFORE_ALL };
    for (;;) {
      const page = { after, to, limit, withBodies: this.parts.checkBodies !== undefined };
      const rows = await this.parts.database.relay((tx) => readEvents(tx, this.task.tenant, page));
      for (const row of rows) await this.take(row, heads);
      await this.openBodies(rows);
      if (rows.length < limit) break;
      after = rows.at(-1)!;
    }
    await this.finish();
    for (const head of heads.values()) await this.withoutEvents(head);
  }

  private async take(row: LogRow, heads: Map<string, Head>): Promise<void> {
    if (this.check?.stream !== row.stream) {
      await this.finish();
      this.check = new StreamCheck(row.tenant, row.stream, heads.get(row.stream));
      heads.delete(row.stream);
    }
    this.check!.step(row);
    this.count(row);
  }

  private count(row: LogRow): void {
    const { counts } = this.parts;
    counts.events += 1;
    if (row.body_digest !== null) counts.stored += 1;
    else if (row.id_xid !== null && row.id_digest === null) counts.destroyed += 1;
  }

  /** A head without events: a stream that took in nothing but duplicates has version 0. */
  private async withoutEvents(head: Head): Promise<void> {
    this.check = new StreamCheck(this.task.tenant, head.stream, head);
    await this.finish();
  }

  private async finish(): Promise<void> {
    const { check } = this;
    this.check = undefined;
    if (!check) return;
    this.parts.counts.streams += 1;
    check.end(await this.newestHead(check));
    for (const fault of check.faults) this.parts.found(await this.named(check, fault));
  }

  /** The head that was read before the events, but where the events have passed it. */
  private async newestHead(check: StreamCheck): Promise<Head | undefined> {
    if (check.head && check.version <= check.head.version) return check.head;
    return this.parts.database.relay((tx) => readHead(tx, check.tenant, check.stream));
  }

  /** A break of the chain in the words that say most. */
  private async named(check: StreamCheck, fault: StreamFault): Promise<PlacedFault> {
    const { tenant, stream } = check;
    const placed = { ...fault, tenant, stream };
    if (!fault.before || !fault.row) return placed;
    return this.parts.database.relay(async (tx) => {
      const unknown = afterHead(fault.row!, await readHead(tx, tenant, stream));
      if (unknown) return { ...placed, ...unknown };
      if (fault.gap) return { ...placed, row: undefined };
      const other = await swappedWith(tx, tenant, stream, fault);
      return other === undefined ? placed : { ...placed, fault: 'swapped', detail: `it stands in the place of version ${other}, and that one here` };
    });
  }

  private async openBodies(rows: readonly LogRow[]): Promise<void> {
    const { checkBodies, counts, found } = this.parts;
    const sealed = rows.flatMap((row) => {
      const commitment = row.box === null ? undefined : envelopeIn(row.envelope)?.commitment;
      return commitment ? [{ row, event: { ...row, commitment, keyId: row.key_id!, box: row.box! } }] : [];
    });
    if (!checkBodies || sealed.length === 0) return;
    const verdicts = await checkBodies(this.task.tenant, sealed.map(({ event }) => event));
    for (const [index, { row }] of sealed.entries()) {
      const verdict = verdicts[index]!;
      if (verdict === 'kept') counts.opened += 1;
      else if (verdict === 'gone') counts.keyGone += 1;
      else found({ ...BODY_FAULTS[verdict], row, tenant: row.tenant, stream: row.stream, version: Number(row.version) });
    }
  }
}

/** An event behind the end that the newest head tells. */
function afterHead(row: LogRow, head: Head | undefined) {
  const version = Number(row.version);
  if (head && version <= head.version) return undefined;
  return { fault: 'after-head' as const, version, gap: undefined, detail: head ? `the head ends at version ${head.version}` : 'the stream has no head' };
}
