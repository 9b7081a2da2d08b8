import { fromBinary } from '@bufbuild/protobuf';
import { rejected, ThroughlineError, TimelineRecordSchema, unavailable, unauthorized, type TimelineRecord } from '@throughline/contracts';

/** The log door of a service, and what it asks for. */
export interface LogDoorAddress {
  /** Where the service listens, without a slash at its end. */
  url: string;
  /** The operator's token. */
  token: string;
}

/** An event of another service's log, sealed as on the topic. */
export interface LogRecord {
  position: string;
  record: TimelineRecord;
}

/**
 * Reads a service's log after a place (undefined: all of it) up to where it ends now, in its order, as many records at a time as came
 * together. It reads no faster than they are taken. Throws `rejected` (`former-log-generation`), `unauthorized`, and `unavailable`
 * (`log-door-unavailable`) where it does not answer or breaks off: go on after the last record taken.
 */
export async function* readLogDoor({ url, token }: LogDoorAddress, after: string | undefined, signal?: AbortSignal): AsyncGenerator<LogRecord[]> {
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  try {
    const response = await fetch(`${url}/internal/log${query}`, { headers: { authorization: `Bearer ${token}` }, signal: signal ?? null });
    if (!response.ok) throw await refusal(response);
    yield* records(response.body!);
  } catch (error) {
    if (signal?.aborted || error instanceof ThroughlineError) throw error;
    throw unavailable('log-door-unavailable', 'The log door does not answer.', error);
  }
}

async function refusal(response: Response): Promise<ThroughlineError> {
  await response.body?.cancel();
  if (response.status === 410) return rejected('former-log-generation', 'The position belongs to a former generation of the log.', { status: 410 });
  if (response.status === 401 || response.status === 403) return unauthorized('unauthorized', 'The log door does not take the token.');
  return unavailable('log-door-unavailable', `The log door answers ${response.status}.`);
}

/** Whole lines of what has come; the rest waits for more. */
async function* records(body: ReadableStream<Uint8Array>): AsyncGenerator<LogRecord[]> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      rest.push(text);
      continue;
    }
    const whole = rest.join('') + text.slice(0, end);
    rest = [text.slice(end + 1)];
    yield whole.split('\n').filter((line) => line !== '').map(recordOf);
  }
}

function recordOf(line: string): LogRecord {
  const { position, record } = JSON.parse(line) as { position: string; record: string };
  return { position, record: fromBinary(TimelineRecordSchema, Buffer.from(record, 'base64')) };
}
