import type { TopicName } from '@throughline/contracts';
import type { Message } from '../bus.contract';
import type { Backoff } from '../backoff';
import type { Bell } from '../bell';
import { lastDone } from '../frames/frames';
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

/** Batch by batch; what fails is tried again from where it failed. The place reached is that of the last record whose messages are all done. */
async function handle(messages: readonly Message[], reading: Reading, from: Place): Promise<Place> {
  let place = from;
  let at = 0;
  while (at < messages.length && reading.going()) {
    const { done, error } = await work(messages.slice(at, at + reading.maxBatch), reading.job);
    at += done;
    const last = lastDone(messages, at);
    if (last && done) await reading.onDone((place = placeOf(last)));
    if (done) reading.backoff.reset();
    if (error) {
      reading.onFailure(error);
      await reading.bell.sleep(reading.backoff.next(), reading.going);
    }
  }
  return place;
}
