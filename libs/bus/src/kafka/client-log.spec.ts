import { clientLog } from './client-log';

const REFUSED = 'Connection error: connect ECONNREFUSED 127.0.0.1:9092';
const entry = (message: string, namespace = 'Connection') => ({ namespace, log: { message, timestamp: '' } });

function heard() {
  const lines: object[] = [];
  const clock = { now: 0 };
  return { lines, clock, say: clientLog({ warn: (fields) => void lines.push(fields) }, () => clock.now) };
}

describe('what the Kafka client says', () => {
  it('is told at once, and the same not again for a while', () => {
    const { lines, say } = heard();
    for (let n = 0; n < 50; n += 1) say(entry(REFUSED));
    expect(lines).toEqual([{ client: 'kafkajs', part: 'Connection', reason: REFUSED }]);
  });

  it('is told again as long as it goes on, with how often it was left out', () => {
    const { lines, clock, say } = heard();
    for (; clock.now <= 20_000; clock.now += 100) say(entry(REFUSED));
    expect(lines).toEqual([{}, { leftOut: 99 }, { leftOut: 99 }].map((more) => ({ client: 'kafkajs', part: 'Connection', reason: REFUSED, ...more })));
  });

  it('hides nothing else', () => {
    const { lines, say } = heard();
    for (let n = 0; n < 300; n += 1) say(entry(`No broker ${n}`));
    say(entry(REFUSED));
    say(entry(REFUSED, 'BrokerPool'));
    expect(lines).toHaveLength(302);
  });
});
