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
  while (reading.going()) {
    const page = reading.paused() ? RESTING : await reading.log.read(reading.topic, place, reading.maxBatch);
    if (page.messages.length) {
      place = await workPage(numbered(page.messages), reading, part, place);
      patience = UNSETTLED_MS;
    } else {
      if (page !== RESTING && !page.unsettled) reading.onCaughtUp?.();
      await reading.bell.wait(page.unsettled ? Math.min(patience, POLL_MS) : POLL_MS);
      patience = page.unsettled ? patience * 2 : UNSETTLED_MS;
    }
  }
}

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
  if (place.xid === from.xid && place.n === from.n) return from;
  await reading.onDone(place);
  reading.backoff.reset();
  return place;
}
