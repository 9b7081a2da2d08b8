import { randomUUID } from 'node:crypto';
import { checkOpenBodies, TamperBench } from './testing';
import { verifyLog } from './verify-log';
import type { Finding, VerifyOptions } from './verify.contract';

let bench: TamperBench;
beforeAll(async () => {
  bench = await TamperBench.open('verify-test');
});
afterAll(() => bench.close());

const event = (stream: string, version: number) => `tenant = :tenant AND stream = '${stream}' AND version = ${version}`;
const body = (stream: string, version: number) => `n = (SELECT n FROM event WHERE ${event(stream, version)})`;
const flipped = (column: string, at: number) => `${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`;

interface Setting {
  tenant: string;
  a: string;
  b: string;
  ids: { a: string[]; b: string[] };
}

interface Case {
  title: string;
  statements: (on: Setting) => string[];
  /** The first bad event. Its id is that of this version of a, where it has one. */
  first: (on: Setting) => Partial<Finding>;
  id?: number;
  others?: (on: Setting) => Partial<Finding>[];
  /** Seen only where bodies are opened. */
  opened?: boolean;
}

const ofA = (fault: Finding['fault'], version: number) => ({ a }: Setting) => ({ fault, stream: a, version });

/** Exchanges two versions of a stream; the columns listed stay behind. */
function exchange(stream: string, [x, y]: [number, number]): string[] {
  const set = (from: number, to: number) => `UPDATE event SET version = ${to} WHERE ${event(stream, from)}`;
  return [set(x, 1000), set(y, x), set(1000, y)];
}

const exchangeColumns = (stream: string, [x, y]: [number, number], columns: string[]) => [
  `UPDATE event e SET ${columns.map((column) => `${column} = o.${column}`).join(', ')} FROM event o
   WHERE e.tenant = :tenant AND e.stream = '${stream}' AND e.version IN (${x}, ${y}) AND o.tenant = e.tenant AND o.stream = e.stream AND o.version = ${x + y} - e.version`,
];

const cases: Case[] = [
  { title: 'a byte of an envelope that starts a group', statements: ({ a }) => [`UPDATE event SET ${flipped('envelope', 5)} WHERE ${event(a, 2)}`], first: ofA('envelope-changed', 2), id: 2 },
  { title: 'a byte of an envelope inside a group', statements: ({ a }) => [`UPDATE event SET ${flipped('envelope', 60)} WHERE ${event(a, 3)}`], first: ofA('envelope-changed', 3), id: 3 },
  { title: 'a byte of the last envelope', statements: ({ a }) => [`UPDATE event SET ${flipped('envelope', 60)} WHERE ${event(a, 6)}`], first: ofA('envelope-changed', 6), id: 6 },
  { title: 'a byte of the chain', statements: ({ a }) => [`UPDATE event SET ${flipped('chain', 0)} WHERE ${event(a, 2)}`], first: ofA('chain-changed', 2), id: 2 },
  { title: "a byte of the last event's chain", statements: ({ a }) => [`UPDATE event SET ${flipped('chain', 31)} WHERE ${event(a, 6)}`], first: ofA('chain-changed', 6), id: 6 },
  { title: 'a byte of the head', statements: ({ a }) => [`UPDATE stream SET ${flipped('head', 0)} WHERE tenant = :tenant AND stream = '${a}'`], first: ofA('head-changed', 6) },
  { title: 'a head that was set back', statements: ({ a }) => [`UPDATE stream SET version = 4, head = (SELECT chain FROM event WHERE ${event(a, 4)}) WHERE tenant = :tenant AND stream = '${a}'`], first: ofA('after-head', 5) },
  { title: 'a head that is gone', statements: ({ a }) => [`DELETE FROM stream WHERE tenant = :tenant AND stream = '${a}'`], first: ofA('head-missing', 6) },
  { title: 'a group that was cut in two', statements: ({ a }) => [`UPDATE event SET group_start = 3 WHERE ${event(a, 3)}`], first: ofA('group-changed', 3), id: 3 },
  { title: 'a group that cannot be', statements: ({ a }) => [`UPDATE event SET group_start = 1 WHERE ${event(a, 4)}`], first: ofA('group-changed', 4), id: 4 },
  { title: 'a type', statements: ({ a }) => [`UPDATE event SET type = 'call.ended' WHERE ${event(a, 4)}`], first: ofA('column-changed', 4), id: 4 },
  { title: 'a time of occurrence', statements: ({ a }) => [`UPDATE event SET occurred_at = occurred_at - 1 WHERE ${event(a, 4)}`], first: ofA('column-changed', 4), id: 4 },
  { title: 'a key', statements: ({ a }) => [`UPDATE event SET ${flipped('key', 0)} WHERE ${event(a, 4)}`], first: ofA('column-changed', 4), id: 4 },
  { title: 'an id', statements: ({ a }) => [`UPDATE event SET id = '00000000-0000-4000-8000-00000000000a' WHERE ${event(a, 4)}`], first: ofA('column-changed', 4) },
  { title: 'a time of append that falls', statements: ({ a }) => [`UPDATE event SET recorded_at = recorded_at - 1000000 WHERE ${event(a, 4)}`], first: ofA('order-changed', 4), id: 4 },
  { title: 'a place before that of the version before', statements: ({ a }) => [`UPDATE event SET xid = '3' WHERE ${event(a, 4)}`], first: ofA('order-changed', 4), id: 4 },
  { title: 'another place in the log', statements: ({ a }) => [`UPDATE event SET n = n + 1000000 WHERE ${event(a, 4)}`], first: ofA('id-elsewhere', 4), id: 4 },
  { title: 'an id that leads elsewhere', statements: ({ a, ids }) => [`UPDATE event_id SET n = 1000000 WHERE tenant = :tenant AND id = '${ids.a[3]}' AND '${a}' <> ''`], first: ofA('id-elsewhere', 4), id: 4 },
  {
    title: 'an id that was given to nothing and leads to another event',
    statements: ({ a }) => [`INSERT INTO event_id SELECT tenant, '00000000-0000-4000-8000-00000000000c', xid, n, NULL FROM event WHERE ${event(a, 4)}`],
    first: () => ({ fault: 'event-missing' }),
  },
  { title: 'an id that is gone', statements: ({ ids }) => [`DELETE FROM event_id WHERE tenant = :tenant AND id = '${ids.a[3]}'`], first: ofA('id-missing', 4), id: 4 },
  { title: 'an event deleted in the middle', statements: ({ a }) => [`DELETE FROM event WHERE ${event(a, 4)}`], first: ofA('missing', 4), id: 4 },
  { title: 'two events deleted in the middle', statements: ({ a }) => [`DELETE FROM event WHERE tenant = :tenant AND stream = '${a}' AND version IN (2, 3)`], first: ofA('missing', 2), id: 2 },
  { title: 'an event deleted at the end of a stream', statements: ({ a }) => [`DELETE FROM event WHERE ${event(a, 6)}`], first: ofA('cut-at-end', 6), id: 6 },
  { title: 'a stream without its events', statements: ({ a }) => [`DELETE FROM event WHERE tenant = :tenant AND stream = '${a}'`], first: ofA('cut-at-end', 1), id: 1 },
  {
    title: 'a whole stream with its head, but for the ids',
    statements: ({ a }) => [`DELETE FROM event WHERE tenant = :tenant AND stream = '${a}'`, `DELETE FROM stream WHERE tenant = :tenant AND stream = '${a}'`],
    first: () => ({ fault: 'event-missing' }),
    id: 1,
  },
  {
    title: 'a deleted event whose followers closed up',
    statements: ({ a }) => [`DELETE FROM event WHERE ${event(a, 4)}`, `UPDATE event SET version = 4, group_start = 4 WHERE ${event(a, 5)}`, `UPDATE event SET version = 5, group_start = 4 WHERE ${event(a, 6)}`, `UPDATE stream SET version = 5 WHERE tenant = :tenant AND stream = '${a}'`],
    first: () => ({ fault: 'event-missing' }),
    id: 4,
    others: ({ a }) => [{ fault: 'envelope-changed', stream: a, version: 4 }],
  },
  { title: 'two events that changed places as wholes', statements: ({ a }) => exchange(a, [2, 4]), first: ofA('swapped', 2), id: 4 },
  { title: 'two neighbours that changed places as wholes', statements: ({ a }) => exchange(a, [4, 5]), first: ofA('swapped', 4), id: 5 },
  { title: 'two events whose envelopes changed places', statements: ({ a }) => exchangeColumns(a, [1, 4], ['envelope']), first: ofA('swapped', 1), id: 1 },
  { title: 'two events that changed places in all but the chain', statements: ({ a }) => exchangeColumns(a, [1, 4], ['envelope', 'type', 'key', 'occurred_at']), first: ofA('swapped', 1) },
  {
    title: 'an event moved to the end of another stream',
    statements: ({ a, b }) => [`UPDATE event SET stream = '${b}', version = 4 WHERE ${event(a, 4)}`],
    first: ({ b }) => ({ fault: 'moved', stream: b, version: 4 }),
    id: 4,
    others: ({ a }) => [{ fault: 'missing', stream: a, version: 4 }],
  },
  {
    title: 'an event moved to a stream of its own',
    statements: ({ a }) => [`UPDATE event SET stream = '00000000-0000-4000-8000-00000000000b' WHERE ${event(a, 4)}`],
    first: () => ({ fault: 'moved', stream: '00000000-0000-4000-8000-00000000000b', version: 4 }),
    id: 4,
    others: ({ a }) => [{ fault: 'missing', stream: a, version: 4 }],
  },
  { title: 'an event appended past the store', statements: ({ a }) => [`INSERT INTO event SELECT xid, n + 1000000, 7, 7, occurred_at, recorded_at, tenant, stream, id, type, key, envelope, chain FROM event WHERE ${event(a, 6)}`], first: ofA('after-head', 7) },
  { title: 'a body that is gone', statements: ({ a }) => [`DELETE FROM event_body WHERE ${body(a, 4)}`], first: ofA('body-missing', 4), id: 4 },
  { title: 'a digest that says a body was destroyed', statements: ({ ids }) => [`UPDATE event_id SET digest = NULL WHERE tenant = :tenant AND id = '${ids.a[3]}'`], first: ofA('body-left', 4), id: 4 },
  { title: 'a digest beside a body', statements: ({ a }) => [`UPDATE event_body SET ${flipped('digest', 0)} WHERE ${body(a, 4)}`], first: ofA('body-digest-changed', 4), id: 4 },
  { title: 'a body that went to another tenant', statements: ({ a }) => [`UPDATE event_body SET tenant = '${randomUUID()}' WHERE ${body(a, 4)}`], first: ofA('body-digest-changed', 4), id: 4 },
  { title: 'bodies that changed places', statements: ({ a }) => [`UPDATE event_body SET n = -1 WHERE ${body(a, 4)}`, `UPDATE event_body SET n = (SELECT n FROM event WHERE ${event(a, 4)}) WHERE ${body(a, 6)}`, `UPDATE event_body SET n = (SELECT n FROM event WHERE ${event(a, 6)}) WHERE n = -1`], first: ofA('body-digest-changed', 4), id: 4 },
  { title: 'a byte of a body', statements: ({ a }) => [`UPDATE event_body SET ${flipped('box', 3)} WHERE ${body(a, 4)}`], first: ofA('body-other', 4), id: 4, opened: true },
];

const verify = (options: VerifyOptions) => verifyLog(bench.database, options);

describe('verifying a log', () => {
  it('finds nothing in one that nobody touched, and counts it', async () => {
    const { tenant } = await bench.tenantWithStreams();
    const report = await verify({ tenant, checkBodies: checkOpenBodies });
    expect(report).toEqual({ tenants: 1, streams: 2, events: 9, bodies: { stored: 9, opened: 9, destroyed: 0, keyGone: 0 }, findings: [], more: 0 });
  });

  it('takes a body that was destroyed with its digest for destroyed', async () => {
    const { tenant, a, ids } = await bench.tenantWithStreams();
    await bench.tamper(tenant, `DELETE FROM event_body WHERE ${body(a, 4)}`, `UPDATE event_id SET digest = NULL WHERE tenant = :tenant AND id = '${ids.a[3]}'`);
    expect(await verify({ tenant })).toMatchObject({ bodies: { stored: 8, destroyed: 1 }, findings: [] });
  });

  it.each(cases)('names $title', async ({ statements, first, id, others, opened }) => {
    const on = await bench.tenantWithStreams();
    await bench.tamper(on.tenant, ...statements(on));
    if (opened) expect((await verify({ tenant: on.tenant })).findings).toEqual([]);
    const { findings } = await verify({ tenant: on.tenant, checkBodies: checkOpenBodies });
    expect(findings[0]).toMatchObject({ tenant: on.tenant, ...first(on), ...(id && { eventId: on.ids.a[id - 1], position: expect.stringMatching(/^1\.\d+\.-?\d+$/) }) });
    for (const other of others?.(on) ?? []) expect(findings).toContainEqual(expect.objectContaining(other));
    expect(await verify({ tenant: on.tenant, stream: on.b })).toMatchObject({ streams: 1, findings: others ? expect.anything() : [] });
  });

  it('names an event that was moved to another tenant', async () => {
    const { tenant, a, ids } = await bench.tenantWithStreams();
    const other = await bench.tenantWithStreams();
    await bench.tamper(tenant, `UPDATE event SET tenant = '${other.tenant}', stream = '${other.b}', version = 4 WHERE ${event(a, 4)}`);
    const { findings } = await verify({});
    expect(findings).toContainEqual(expect.objectContaining({ fault: 'moved', tenant: other.tenant, stream: other.b, version: 4, eventId: ids.a[3] }));
    expect(findings).toContainEqual(expect.objectContaining({ fault: 'missing', tenant, stream: a, version: 4 }));
  });

  it('walks a stream of more events than a page, and streams of many tenants', async () => {
    const fresh = await TamperBench.open('verify-pages-test');
    try {
      const long = await fresh.tenantWithStreams();
      await fresh.grow(long.tenant, long.a, [700, 1, 700]);
      for (let i = 0; i < 3; i++) await fresh.tenantWithStreams();
      const shares: number[] = [];
      const report = await verifyLog(fresh.database, { onProgress: ({ share }) => shares.push(share), checkBodies: checkOpenBodies, lanes: 3 });
      expect(report).toMatchObject({ tenants: 4, streams: 8, events: 4 * 9 + 1401, findings: [] });
      expect(shares.at(-1)).toBeCloseTo(1);
      await fresh.tamper(long.tenant, `UPDATE event SET ${flipped('envelope', 7)} WHERE ${event(long.a, 1205)}`);
      expect((await verifyLog(fresh.database)).findings).toMatchObject([{ fault: 'envelope-changed', stream: long.a, version: 1205 }]);
    } finally {
      await fresh.close();
    }
  });

  it('takes a log that grows meanwhile for what it is', async () => {
    const { tenant, a, b } = await bench.tenantWithStreams();
    let growing = true;
    const appends = (async () => {
      while (growing) await Promise.all([bench.grow(tenant, a, [2]), bench.grow(tenant, b, [1]), bench.grow(tenant, randomUUID(), [3])]);
    })();
    for (let round = 0; round < 15; round++) expect((await verify({ tenant })).findings).toEqual([]);
    growing = false;
    await appends;
  });

  it('keeps no more findings than it is told, and counts the others', async () => {
    const { tenant } = await bench.tenantWithStreams();
    await bench.tamper(tenant, `UPDATE event SET type = 'call.ended' WHERE tenant = :tenant`);
    expect(await verify({ tenant, keep: 2 })).toMatchObject({ findings: { length: 2 }, more: 7 });
  });
});
