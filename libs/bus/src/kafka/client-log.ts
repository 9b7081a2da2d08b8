import type { LogEntry } from 'kafkajs';
import type { BusLog } from '../bus-log';

/** Ms in which the same is told once: while a broker is away the client says it some twenty times a second. */
const QUIET_MS = 10_000;
/** Sayings that are remembered: there are not many kinds, but some name an address. */
const REMEMBERED = 200;

interface Said {
  /** Unix ms. */
  at: number;
  leftOut: number;
}

/** What kafkajs says of its troubles, each at once and then no more than every ten seconds, with how often it was left out meanwhile. */
export function clientLog(log: BusLog, now: () => number = Date.now): (entry: Pick<LogEntry, 'namespace' | 'log'>) => void {
  const last = new Map<string, Said>();
  return ({ namespace: part, log: { message: reason } }) => {
    const saying = `${part} ${reason}`;
    const said = last.get(saying);
    if (said && now() - said.at < QUIET_MS) {
      said.leftOut += 1;
      return;
    }
    if (last.size >= REMEMBERED) last.clear();
    last.set(saying, { at: now(), leftOut: 0 });
    log.warn({ client: 'kafkajs', part, reason, ...(said && said.leftOut > 0 && { leftOut: said.leftOut }) }, 'the Kafka client reports');
  };
}
