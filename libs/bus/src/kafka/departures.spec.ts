import { EventEmitter, once } from 'node:events';
import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError, type Consumer } from 'kafkajs';
import { Departures } from './departures';

const AWAY = new KafkaJSNumberOfRetriesExceeded(new Error('connect ECONNREFUSED'), { retryCount: 3, retryTime: 200 });
const LOADING = Object.assign(new KafkaJSProtocolError('The coordinator is loading'), { retriable: true });
const FORBIDDEN = Object.assign(new KafkaJSProtocolError('Not authorized'), { retriable: false });

/** A consumer that joins and crashes as it is told, and a cluster that answers a member's leaving in turn. */
function stage(...answers: (Error | undefined)[]) {
  const events = new EventEmitter();
  const left: string[][] = [];
  const warned: object[] = [];
  const leaveGroup = async (...names: string[]) => {
    left.push(names);
    events.emit('asked');
    const answer = answers.shift();
    if (answer) throw answer;
  };
  const end = new AbortController();
  const consumer = { events: { GROUP_JOIN: 'join', CRASH: 'crash' }, on: (name: string, heard: () => void) => events.on(name, heard) };
  const warn = (fields: object) => {
    warned.push(fields);
    events.emit('warned');
  };
  new Departures({ cluster: { leaveGroup }, log: { warn } }, end.signal).watch(consumer as unknown as Consumer, 'group');
  const happens = (name: string, payload: object = {}) => events.emit(name, { payload });
  return { events, left, warned, end, happens, joins: (memberId: string) => happens('join', { memberId }) };
}

describe('a member whose consumer crashed', () => {
  it('leaves its group, by the name it had last', async () => {
    const { events, left, happens, joins } = stage();
    joins('one');
    joins('two');
    const asked = once(events, 'asked');
    happens('crash');
    await asked;
    expect(left).toEqual([['group', 'two']]);
  });

  it('does so when the broker is there again', async () => {
    const { events, left, warned, happens, joins } = stage(AWAY, LOADING);
    joins('one');
    happens('crash');
    for (let more = 0; more < 2; more += 1) await once(events, 'asked');
    expect(left).toEqual(Array.from({ length: 3 }, () => ['group', 'one']));
    expect(warned).toEqual([]);
  });

  it('waits for the end of its session where the broker will not have it', async () => {
    const { events, left, happens, joins } = stage(FORBIDDEN);
    joins('one');
    const warned = once(events, 'warned');
    happens('crash');
    await warned;
    expect(left).toHaveLength(1);
  });

  it('has nothing to leave where it had not joined, or has left already', () => {
    const { left, happens, joins } = stage();
    happens('crash');
    joins('one');
    happens('crash');
    happens('crash');
    expect(left).toEqual([['group', 'one']]);
  });

  it('gives up at the end of the process', async () => {
    const { left, warned, end, happens, joins } = stage(AWAY, AWAY);
    joins('one');
    happens('crash');
    end.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect([left.length, warned]).toEqual([1, []]);
  });
});
