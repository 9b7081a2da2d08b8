import type { TopicName } from '@throughline/contracts';
import type { Backoff } from '../backoff';
import type { Bell } from '../bell';
import { placeOf, type MessageLog, type Place } from './message-log';
import { work, type Work } from '../work';

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
  /** After messages were done: everything up to here is. */
  onDone: (place: Place) => Promise<void>;
  /** When nothing at all lies behind the place reached. */
  onCaughtUp?: () => void;
  onFailure: (error: Error) => void;
}

/** Reads a topic in order, batch by batch, as long as `going` says so. Throws where the log cannot be read. */
export async function read(reading: Reading): Promise<void> {
  let place = reading.from;
  let patience = UNSETTLED_MS;
  while (reading.going()) {
    const page = await reading.log.read(reading.topic, place, reading.maxBatch);
    if (page.messages.length) {
      place = await handle(page.messages, reading, place);
      patience = UNSETTLED_MS;
    } else {
      if (!page.unsettled) reading.onCaughtUp?.();
      await reading.bell.wait(page.unsettled ? Math.min(patience, POLL_MS) : POLL_MS);
      patience = page.unsettled ? patience * 2 : UNSETTLED_MS;
    }
  }
}

async function handle(messages: Parameters<typeof work>[0], reading: Reading, place: Place): Promise<Place> {
  const { done, error } = await work(messages, reading.job);
  const next = done ? placeOf(messages[done - 1]!) : place;
  if (done) {
    await reading.onDone(next);
    reading.backoff.reset();
  }
  if (error) {
    reading.onFailure(error);
    await reading.bell.sleep(reading.backoff.next(), reading.going);
  }
  return next;
}
