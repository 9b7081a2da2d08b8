import { rebuildReadModels, subscribe, type NewEvent, type RebuildOptions, type RebuildProgress } from '@throughline/event-store';
import { readEnvelope, tenantId, writeEnvelope } from '@throughline/contracts';
import { openDatabase, type Database, type Tx } from '@throughline/postgres';
import { until } from '@throughline/platform/testing';
import { Client } from 'pg';
import { Intake } from './intake';
import { InteractionsHandlers } from './interactions.handlers';
import { Ledger } from './ledger';
import { project } from './projections';
import { profileProjector } from './rebuild';
import type { TestInteraction } from './testing/interaction-message';
import { NOBODY_WAITS, ProfileBench, TENANT } from './testing/profile-bench';
import { dump, READ_MODELS } from './testing/read-model-dump';

const OTHER = tenantId('profile-rebuild-other');

let bench: ProfileBench;
let admin: Client;
beforeEach(async () => {
  bench = await ProfileBench.open();
  admin = new Client({ connectionString: bench.db.adminUrl });
  await admin.connect();
});
afterEach(async () => {
  await admin.end();
  await bench.close();
});

const rebuild = (options: Partial<RebuildOptions> = {}) =>
  rebuildReadModels(profileProjector(bench), { database: bench.db.database, batch: 20, ...options });

let number = 0;

/** What a day brings: people on several channels, claims vouched for, traits, revisions, some under another identity. */
function day(people: number): TestInteraction[] {
  return Array.from({ length: people }, (): TestInteraction[] => {
    const n = (number += 1);
    const at = 1_700_000_000_000 + (n % 7) * 1000;
    const id = `d${n}`;
    return [
      { id, identities: [`visitor:${n % 40}`], channel: 'web-chat', conversation: `c${n % 5}`, at, language: n % 3 ? 'de' : 'en', revisable: true },
      { id, identities: [`visitor:${(n % 2) + (n % 40)}`], channel: 'web-chat', conversation: `c${n % 5}`, at, text: 'other words', revisable: true },
      { id: `${id}-call`, identities: [`phone:+1415555${1000 + (n % 50)}`, ...(n % 11 ? [] : [`!visitor:${n % 40}`])], at: at + n, data: { profileName: `Name ${n % 9}` } },
      { id: `${id}-mail`, channel: 'email', account: `acc_${n % 2}`, identities: [`email:p${n % 60}@shop.example`, ...(n % 13 ? [] : [`!phone:+1415555${1000 + (n % 50)}`])] },
    ];
  }).flat();
}

async function post(interactions: readonly TestInteraction[], handlers = bench.handlers, tenant = TENANT): Promise<void> {
  for (let at = 0; at < interactions.length; at += 7) await handlers.take(await bench.messages(interactions.slice(at, at + 7), tenant));
}

/** As the bus does: a batch that met a deadlock (40P01) comes again. */
const untilPossible = (interactions: readonly TestInteraction[], handlers: InteractionsHandlers): Promise<void> =>
  post(interactions, handlers).catch((error: { code?: string }) => (error.code === '40P01' ? untilPossible(interactions, handlers) : Promise.reject(error)));

/** The plain way: everything away, then every event in the order of the log. */
async function replayInOrder(): Promise<void> {
  await admin.query(`TRUNCATE ${Object.keys(READ_MODELS).map((table) => `profile.${table}`).join(', ')}`);
  const projector = profileProjector(bench);
  for (const [tenant, events] of Map.groupBy(await bench.readLog(), (event) => event.tenant)) {
    await bench.db.database.writer([tenant], async (tx) => {
      const { keys, segmentKeys, events: opened } = await projector.open(tx, tenant, events);
      await project(tx, keys, segmentKeys, opened);
    });
  }
}

/** Handlers that pass no gate. */
const ungated = (ledger: Ledger) => bench.handlersOf(new Intake(bench.db.database, bench.store, ledger, NOBODY_WAITS));

/** Of a version before envelopes said what their bodies tell. */
function formerHandlers(): InteractionsHandlers {
  const silent = (event: NewEvent): NewEvent => ({ ...event, envelope: writeEnvelope({ ...readEnvelope(event.envelope), bodyTells: 0, bodyRulesVersion: 0 }) });
  const append = (tx: Tx, events: readonly NewEvent[]) => bench.store.append(tx, events.map(silent));
  return ungated(new Ledger({ append: append as typeof bench.store.append }, bench.vault, bench.bodies, bench.traits, bench.recent));
}

/** A rebuild, and the ids of the events whose bodies it opened. */
async function rebuildOpening(): Promise<string[]> {
  const opened: string[] = [];
  const bodies = { open: (...[event, key]: Parameters<typeof bench.bodies.open>) => (opened.push(event.id), bench.bodies.open(event, key)) };
  await rebuildReadModels(profileProjector({ store: bench.store, vault: bench.vault, bodies }), { database: bench.db.database });
  return opened;
}

/** Does it over and over until told to stop; how often it was done. */
function keepDoing(work: () => Promise<unknown>): { stop: () => Promise<number> } {
  let going = true;
  let times = 0;
  const done = (async () => {
    for (; going; times += 1) await work();
    return times;
  })();
  done.catch(() => undefined);
  return { stop: () => ((going = false), done) };
}

describe('read models made anew beside the live ones', () => {
  it('are the live ones, row for row', async () => {
    await post(day(40));
    await post(day(12), bench.handlers, OTHER);
    const live = await dump(bench);
    await bench.readLog();
    await rebuild({ workers: 3 });
    expect(await dump(bench)).toEqual(live);
    expect(Object.values(live).map((rows) => rows.length)).not.toContain(0);
  });

  it('are those of a plain replay, whatever was appended while they were made', async () => {
    await post(day(40));
    const fenced = keepDoing(() => post(day(1)));
    const other = keepDoing(() => post(day(1), bench.openHandlers(), OTHER));
    // Passes no gate: some appender nobody thought of.
    const past = ungated(bench.ledger);
    const unfenced = keepDoing(() => untilPossible(day(1), past));
    for (let turn = 0; turn < 2; turn += 1) await rebuild({ batch: 100 });
    for (const load of [fenced, other, unfenced]) expect(await load.stop()).toBeGreaterThan(0);
    const rebuilt = await dump(bench);
    await replayInOrder();
    expect(rebuilt).toEqual(await dump(bench));
  }, 120_000);

  it('take the place of the live ones without a failed read', async () => {
    await post(day(40));
    expect(await bench.customer('visitor:3')).toBeDefined();
    const reader = () => keepDoing(async () => {
      const { customerId } = (await bench.customer('visitor:3'))!;
      expect((await bench.timeline(customerId)).items.length).toBeGreaterThan(0);
    });
    const readers = Array.from({ length: 4 }, reader);
    const writer = keepDoing(() => post(day(1)));
    for (let turn = 0; turn < 3; turn += 1) await rebuild({ batch: 200 });
    for (const one of [...readers, writer]) expect(await one.stop()).toBeGreaterThan(0);
  }, 120_000);

  it('send nothing: the relay goes on where it stands', async () => {
    await post(day(10));
    const subscription = await subscribe(bench.db.database, bench.store, { name: 'relay', handle: (events) => bench.relay.publish(events) });
    const log = await bench.readLog();
    await until(() => bench.published.length === log.length);
    await rebuild();
    await post([{ id: 'afterwards' }]);
    await until(() => bench.published.length > log.length);
    await subscription.close();
    expect(bench.published.length).toBe(log.length + 1);
  });

  it('tell how far they are', async () => {
    await post(day(30));
    const { length } = await bench.readLog();
    const told: RebuildProgress[] = [];
    await rebuild({ onProgress: (progress) => told.push(progress) });
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['preparing', 'folding', 'joining', 'catching-up', 'switching', 'done']);
    expect(told.at(-1)).toMatchObject({ done: length, of: length, msLeft: 0 });
    expect(told.every(({ done, of }) => done <= of)).toBe(true);
  });
});

describe('bodies', () => {
  const visits = (count: number) => Array.from({ length: count }, (_, n): TestInteraction => ({ id: `v${n}`, at: 1_700_000_000_000 + n, identities: [n % 3 ? 'visitor:1' : '!visitor:1'], language: n % 2 ? 'de' : 'en', data: { profileName: `Name ${n}` } }));

  it('are opened once a segment and no more, where envelopes say what theirs tell', async () => {
    await post(visits(12));
    const live = await dump(bench);
    await bench.readLog();
    expect(await rebuildOpening()).toEqual([(await bench.readLog())[0]!.id]);
    expect(await dump(bench)).toEqual(live);
  });

  it('are all opened of a log whose envelopes say nothing, with the same end', async () => {
    await post([...visits(12), ...day(20)], formerHandlers());
    const live = await dump(bench);
    const log = await bench.readLog();
    expect((await rebuildOpening()).toSorted()).toEqual(log.map(({ id }) => id).toSorted());
    expect(await dump(bench)).toEqual(live);
    expect(live['segment_summary']!.length).toBeGreaterThan(0);
  });

  it('that are gone by themselves are no loss: any other says whom the segment is about', async () => {
    await post(visits(4));
    const [first] = await bench.readLog();
    await admin.query('DELETE FROM profile.event_body WHERE n = $1', [String(first!.position.n)]);
    await rebuild();
    const { rows } = await admin.query('SELECT namespace, verified, first_event FROM profile.segment');
    expect(rows).toEqual([{ namespace: 'visitor', verified: true, first_event: (await bench.readLog())[1]!.id }]);
  });
});

describe('a rebuild that does not come to its end', () => {
  const stopMidway = (stop: () => unknown) => ({ onProgress: ({ done }: RebuildProgress) => void (done > 40 && stop()) });

  it('leaves the live read models as they are', async () => {
    await post(day(40));
    await bench.readLog(); // until then it would be caught up with, not folded by ranges
    const live = await dump(bench);
    const gaveUp = new AbortController();
    await expect(rebuild({ ...stopMidway(() => gaveUp.abort()), signal: gaveUp.signal })).rejects.toThrow('aborted');
    expect(await dump(bench)).toEqual(live);
    expect((await admin.query("SELECT FROM pg_tables WHERE schemaname = 'profile__next'")).rowCount).toBe(0);
  });

  it('is followed by one that starts clean, also where its process died', async () => {
    await post(day(40));
    await bench.readLog(); // until then it would be caught up with, not folded by ranges
    const live = await dump(bench);
    const doomed = openDatabase({ url: bench.db.url, service: 'profile' });
    const kill = () => admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name IN ('tl_profile', 'tl_lease')");
    let killed: Promise<unknown> | undefined;
    const dead: Database = Object.assign(Object.create(doomed) as Database, { owner: (work: never) => (killed ? Promise.reject(new Error('dead')) : doomed.owner(work)) });
    await expect(rebuild({ database: dead, ...stopMidway(() => (killed ??= kill())) })).rejects.toThrow();
    await killed;
    await doomed.close();
    expect((await admin.query("SELECT FROM pg_tables WHERE schemaname = 'profile__next'")).rowCount).toBeGreaterThan(0);
    expect(await dump(bench)).toEqual(live);
    await rebuild();
    expect(await dump(bench)).toEqual(live);
  });

  it('is the only one: a second is refused', async () => {
    await post(day(40));
    await bench.readLog();
    const { join, ...others } = profileProjector(bench);
    let refused = 0;
    const asked: typeof join = async (...part) => {
      await expect(rebuild()).rejects.toMatchObject({ slug: 'rebuild-running', status: 409 });
      refused += 1;
      return join(...part);
    };
    await rebuildReadModels({ ...others, join: asked }, { database: bench.db.database });
    expect(refused).toBeGreaterThan(0);
  });

  it('that lost its right to another gets nothing into its tables', async () => {
    await post(day(40));
    await bench.readLog(); // until then it would be caught up with, not folded by ranges
    const live = await dump(bench);
    const { database } = bench.db;
    const forgetful: Database = Object.assign(Object.create(database) as Database, {
      lease: () => Promise.resolve({ lost: new AbortController().signal, release: () => Promise.resolve() }),
    });
    let second: Promise<void> | undefined;
    const first = rebuild({ database: forgetful, ...stopMidway(() => (second ??= rebuild())) });
    await expect(first).rejects.toMatchObject({ slug: 'rebuild-overtaken' });
    await second;
    expect(await dump(bench)).toEqual(live);
  });
});
