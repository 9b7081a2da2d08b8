import type { TopicName } from '@throughline/contracts';
import type { Message } from '../bus.contract';
import type { Backoff } from '../backoff';
import type { Bell } from '../bell';
import { lastWhole, numbered, PartOfOffset } from '../offsets';
import { work, type Work } from '../work';
import { placeOf, type MessageLog, type Page, type Place } from './message-log';

/** What was committed but lies behind a transaction in progress is looked for again after 5 ms, doubling. */
const UNSETTLED_MS = 5;
const POLL_MS = 1000;

export interface Reading {
  log: MessageLog;
  topic: TopicName;
  from: Place;
  maxBatch: number;
  job: Work;
  bell: Bell;
  backoff: Backoff;
  going: () => boolean;
  /** While it is, nothing is read. */
  paused: () => boolean;
  /** After messages were done: everything up to here is. */
  onDone: (place: Place) => Promise<void>;
  /** When nothing at all lies behind the place reached. */
  onCaughtUp?: () => void;
  onFailure: (error: Error) => void;
}

/** Reads a topic in order, batch by batch, as long as `going` says so. Throws where the log cannot be read. */
export async function read(reading: Reading): Promise<void> {
  const part = new PartOfOffset();
  let place = reading.from;
  let patience = UNSETTLED_MS;
  let ahead: Ahead | undefined;
  while (reading.going()) {
    const page = reading.paused() ? RESTING : await (ahead && isSame(ahead.from, place) ? ahead.page : readFrom(place, reading));
    ahead = undefined;
    if (page.messages.length) {
      ahead = readAhead(page, reading);
      place = await workPage(numbered(page.messages), reading, part, place);
      patience = UNSETTLED_MS;
    } else {
      if (page !== RESTING && !page.unsettled) reading.onCaughtUp?.();
      await reading.bell.wait(page.unsettled ? Math.min(patience, POLL_MS) : POLL_MS);
      patience = page.unsettled ? patience * 2 : UNSETTLED_MS;
    }
  }
}

/** The page that follows on the one in work. */
interface Ahead {
  from: Place;
  page: Promise<Page>;
}

const readFrom = (place: Place, { log, topic, maxBatch }: Reading) => log.read(topic, place, maxBatch);

/** While a handler waits for the database the next page is read and opened. Where the work does not come as far it is read again. */
function readAhead({ messages }: Page, reading: Reading): Ahead {
  const from = placeOf(messages.at(-1)!);
  const page = readFrom(from, reading);
  // It is looked at when its turn comes; until then it is no unhandled one.
  page.catch(() => undefined);
  return { from, page };
}

const isSame = (a: Place, b: Place) => a.xid === b.xid && a.n === b.n;

const RESTING: Page = { messages: [], unsettled: false };

/** Gives the place up to which everything is done now. A page may hold more than a batch: several messages may share an offset. */
async function workPage(page: readonly Message[], reading: Reading, part: PartOfOffset, from: Place): Promise<Place> {
  const open = part.open(page);
  const settled = part.settledOf(page);
  let place = from;
  for (let at = 0; at < open.length && reading.going() && !reading.paused(); at += reading.maxBatch) {
    const error = await work(open.slice(at, at + reading.maxBatch), reading.job, settled);
    place = await commit(lastWhole(page, settled), reading, place);
    part.note(page, settled);
    if (error) {
      reading.onFailure(error);
      await reading.bell.sleep(reading.backoff.next(), reading.going);
      return place;
    }
  }
  return place;
}

async function commit(last: Message | undefined, reading: Reading, from: Place): Promise<Place> {
  const place = last ? placeOf(last) : from;
  if (isSame(place, from)) return from;
  await reading.onDone(place);
  reading.backoff.reset();
  return place;
}
