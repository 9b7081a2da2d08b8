import { fromBinary } from '@bufbuild/protobuf';
import { DeadLetterSchema, isId, readOrReject, rejected, type DeadLetter } from '@throughline/contracts';

/** What a `timestamptz` and a Date can both hold (Unix ms, the year 9999). */
const LAST_TIME = 253_402_300_799_999n;
/** What a service may say of a letter: it lies here, or it is a parked key. */
const STATES = new Set(['', 'parked', 'passed']);
/** What a PostgreSQL `integer` holds. */
const MOST_ATTEMPTS = 2_147_483_647;

/** The dead letter in a message. Throws `rejected` (`not-a-dead-letter`) where the bytes are none: such a message can never be kept. */
export function readDeadLetter(value: Uint8Array): DeadLetter {
  const letter = readOrReject(() => fromBinary(DeadLetterSchema, value), 'not-a-dead-letter', 'The bytes are no dead letter.');
  if (!isId(letter.id) || !isId(letter.tenant)) throw rejected('not-a-dead-letter', 'The message names no dead letter or no tenant.');
  if ([letter.at, letter.nextTry].some((time) => time < 0n || time > LAST_TIME)) throw rejected('not-a-dead-letter', 'The time of the dead letter is none.');
  if (!STATES.has(letter.state) || letter.attempts > MOST_ATTEMPTS) throw rejected('not-a-dead-letter', 'The state of the dead letter is none.');
  return withoutNul(letter);
}

/** PostgreSQL's text knows no NUL. What came from outside (a media type, an account) may hold one. */
function withoutNul(letter: DeadLetter): DeadLetter {
  const clean = (text: string) => text.replaceAll('\0', '\uFFFD');
  const { account, cause, detail, service, interaction, mediaType, rawBlob } = letter;
  return {
    ...letter,
    ...{ account: clean(account), cause: clean(cause), detail: clean(detail), service: clean(service) },
    ...{ interaction: clean(interaction), mediaType: clean(mediaType), rawBlob: clean(rawBlob) },
  };
}
