import { comparePositions, parsePosition, tenantId, type Interaction } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { catchUpByLog, LogDoor, openRecord, readLogDoor, type LogRecord } from '@throughline/platform';
import { startForTest, until, type TestService } from '@throughline/platform/testing';
import { profileService } from './profile.module';

const TENANT = tenantId('log-door');
const TOKEN = 'tlop_log-door';

let service: TestService;
beforeAll(async () => {
  service = await startForTest(profileService, { operatorToken: TOKEN });
  await service.publish.tenant({ id: TENANT, name: 'Shop', region: 'US' });
  await service.publish.account({ id: 'acc_api', tenant: TENANT, provider: 'generic' });
  await service.publish.key(TENANT, 'tl_admin', ['read', 'admin']);
});
afterAll(() => service?.close());

const get = (path: string, token = TOKEN) => fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
const door = () => ({ url: service.url, token: TOKEN });

let sent = 0;

/** Calls of some people, and a mail now and then that links two identities. Resolves when the profile has taken them. */
async function happen(count: number): Promise<void> {
  const first = sent;
  sent += count;
  const interactions = Array.from({ length: count }, (_, index): Interaction => {
    const n = first + index;
    const identities = [{ namespace: 'phone', value: `+1415555${1000 + (n % 30)}` }, ...(n % 10 ? [] : [{ namespace: 'email', value: `p${n}@shop.example`, verified: true }])];
    return { kind: 'interaction', type: 'call.ended', direction: 'inbound', channel: 'phone', occurredAt: '2026-01-31T08:15:30.123Z', identities, content: { text: `words ${n}` }, tuple: [`n${n}`] };
  });
  const request = { account: (await service.runtime.directory.account('acc_api'))!, provider: 'generic', service: 'ingest', mayVouch: () => true };
  const outcomes = await service.runtime.door.accept(request, interactions);
  const last = outcomes.at(-1)!;
  if (last.status !== 'accepted') throw new Error('not accepted');
  await until(async () => (await get(`/v1/interactions/${last.interactionId}`, 'tl_admin')).status === 200);
}

async function wholeLog(after?: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const some of readLogDoor(door(), after)) records.push(...some);
  return records;
}

/** The door ends below the oldest transaction in work, wherever in the server: what was just appended may be held back for a moment. */
const untilAllShow = (from: number) => until(async () => (await wholeLog()).filter(({ record }) => record.record!.envelope!.type === 'call.ended').length >= sent - from);

const texts = (records: readonly LogRecord[]) =>
  Promise.all(
    records.map(async ({ record }) => {
      const body = await openRecord(await service.runtime.vault.forTenant(TENANT), service.runtime.blobs, record.record!);
      return body.content?.text ?? '';
    }),
  );

const inOrder = (records: readonly LogRecord[]) =>
  records.every(({ position }, index) => index === 0 || comparePositions(parsePosition(records[index - 1]!.position)!, parsePosition(position)!) < 0);

describe('the log door', () => {
  it('tells the whole log in its order, sealed as on the topic', async () => {
    await happen(1_200);
    await untilAllShow(0);
    const records = await wholeLog();
    expect(inOrder(records)).toBe(true);
    expect(records.every(({ position, record }) => record.position === position && record.record!.body!.keyId.startsWith('epoch:'))).toBe(true);
    expect((await texts(records)).filter((text) => text !== '').sort()).toEqual(Array.from({ length: sent }, (_, n) => `words ${n}`).sort());
  });

  it('goes on after a position', async () => {
    const records = await wholeLog();
    expect(await wholeLog(records[700]!.position)).toEqual((await wholeLog()).slice(701).map((record) => ({ ...record, record: expect.objectContaining({ position: record.position }) })));
    expect(await wholeLog(records.at(-1)!.position)).toEqual([]);
  });

  it('refuses a position of a former generation, also where nothing comes after it', async () => {
    for (const position of ['7.1.1', '0.99999999.99999999']) {
      const answer = await get(`/internal/log?after=${position}`);
      expect([answer.status, await answer.json()]).toEqual([410, expect.objectContaining({ type: '/problems/former-log-generation' })]);
    }
    await expect(wholeLog('7.1.1')).rejects.toMatchObject({ kind: 'rejected', slug: 'former-log-generation' });
  });

  it('refuses what is no position, and everybody but the operator', async () => {
    expect((await get('/internal/log?after=yesterday')).status).toBe(400);
    expect((await get('/internal/log', 'tl_admin')).status).toBe(403);
    expect((await get('/internal/log', 'unknown')).status).toBe(401);
    await expect(readLogDoor({ ...door(), token: 'unknown' }, undefined).next()).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  it('stays open where the caller wants to follow, and tells what comes', async () => {
    const last = (await wholeLog()).at(-1)!.position;
    const leaving = new AbortController();
    const answer = await fetch(`${service.url}/internal/log?follow=true&after=${last}`, { headers: { authorization: `Bearer ${TOKEN}` }, signal: leaving.signal });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('\n');
    await happen(1);
    let text = '';
    while (text.trim() === '') text += (await reader.read()).value ?? '';
    expect(JSON.parse(text.trim().split('\n')[0]!)).toMatchObject({ position: expect.stringMatching(/^1\./) });
    leaving.abort();
    await reader.closed.catch(() => undefined);
  });

  it('reads no further ahead of a slow reader than a page', async () => {
    let pages = 0;
    const event = { position: { generation: 1, xid: 1n, n: 1n } } as StoredEvent;
    const readLog = async () => ((pages += 1), Array.from({ length: 500 }, () => event));
    const database = { relay: (work: (tx: never) => Promise<unknown>) => work(undefined as never), listen: () => Promise.reject(new Error('unused')) } as never;
    const endless = new LogDoor({ database, store: { readLog, generation: async () => 1 }, records: async (events) => events.map(() => ({ value: new Uint8Array(10) })) });
    const lines = await endless.open(undefined, false, new AbortController().signal);
    for (let taken = 1; taken <= 3; taken += 1) {
      await lines.next();
      expect(pages).toBeLessThanOrEqual(taken + 1);
    }
    await lines.return(undefined);
  });
});

describe('a consumer that starts from nothing', () => {
  const forgetTopic = async () => (await service.runtime.database('bus', [])).system((tx) => tx.query("DELETE FROM bus.message WHERE topic LIKE '%timeline'"));
  const consumer = (group: string, seen: LogRecord[], more: Partial<Parameters<typeof catchUpByLog>[0]> = {}) =>
    catchUpByLog({
      door: door(), bus: service.runtime.bus, topic: 'timeline', group, after: undefined, onRejected: () => Promise.resolve(),
      handle: async (records) => void seen.push(...records),
      ...more,
    });
  const keyOf = ({ record }: LogRecord) => Buffer.from(record.record!.envelope!.key).toString('hex');

  it('sees everything once and in order, though the topic has forgotten it, while more happens', async () => {
    await until(async () => (await forgetTopic()).rowCount === 0);
    const seen: LogRecord[] = [];
    const more = (async () => {
      for (let turn = 0; turn < 10; turn += 1) await happen(15);
    })();
    const subscription = await consumer('from-nothing', seen);
    await more;
    const calls = () => seen.filter(({ record }) => record.record!.envelope!.type === 'call.ended');
    await until(() => calls().length >= sent);
    await subscription.close();
    expect(new Set(seen.map(({ position }) => position)).size).toBe(seen.length);
    expect((await texts(calls())).sort()).toEqual(Array.from({ length: sent }, (_, n) => `words ${n}`).sort());
    for (const records of Map.groupBy(seen, keyOf).values()) expect(inOrder(records)).toBe(true);
  });

  it('gets a record that fails again, at the door and live', async () => {
    const seen: LogRecord[] = [];
    let failures = 0;
    const handle = async (records: readonly LogRecord[], fromDoor: boolean) => {
      if (failures < (fromDoor ? 1 : 2)) {
        failures += 1;
        throw new Error('not now');
      }
      seen.push(...records);
    };
    const last = (await wholeLog())[sent - 50]!.position;
    await expect(consumer('failing', seen, { after: last, handle })).rejects.toThrow('not now');
    const subscription = await consumer('failing', seen, { after: last, handle });
    await happen(5);
    const texted = async () => (await texts(seen)).filter((text) => text !== '');
    await until(async () => (await texted()).includes(`words ${sent - 1}`));
    await subscription.close();
    expect(new Set(seen.map(({ position }) => position)).size).toBe(seen.length);
  });
});
