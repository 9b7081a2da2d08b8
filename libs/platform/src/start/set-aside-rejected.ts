import type { Message } from '@throughline/bus';
import { mediaTypeOf, ThroughlineError } from '@throughline/contracts';
import type { Vault } from '@throughline/vault';
import type { Logger } from 'pino';
import { subjectOf } from '../parking/subject-of';
import type { DeadLetters, Directory } from '../runtime.contract';
import { keysOfNamed, knownTo } from '../runtime/named-tenant';

/** A frame that did not open, as it was on the bus. */
const FRAME = 'application/x-protobuf; message=Frame';

const CAUSES = new Set(['conflict', 'unparsable', 'unopenable']);

export interface SetAsideParts {
  deadLetters: DeadLetters;
  vault: Pick<Vault, 'forTenant'>;
  directory: Pick<Directory, 'tenant'>;
  log: Pick<Logger, 'error'>;
}

/**
 * What a group's handler rejected becomes a dead letter, once per event and group: the record as it was on the bus, sealed
 * once more. What names no tenant (or what is none) belongs to nobody who could look at it, and is told in the log.
 */
export const setAsideRejected = ({ deadLetters, vault, directory, log }: SetAsideParts) =>
  async function setAside(message: Message, error: Error, group: string): Promise<void> {
    const { tenant, account, id } = subjectOf(message);
    const { topic, partition, offset } = message;
    if (!tenant || !(await keysOfNamed(vault, knownTo(directory), tenant))) return log.error({ err: error, topic, partition, offset, group }, 'rejected a message of no tenant');
    await deadLetters.put({
      tenant,
      account: account || undefined,
      cause: causeOf(error),
      detail: error instanceof ThroughlineError ? error.message : 'The handler rejected it.',
      service: group,
      raw: message.value,
      mediaType: message.refusal ? FRAME : mediaTypeOf(topic),
      interaction: id,
      // What names no event is told apart by its bytes.
      ...(id && { subject: `${group}|${id}` }),
    });
  };

function causeOf(error: Error): string {
  const slug = error instanceof ThroughlineError ? error.slug : '';
  if (slug === 'key-destroyed' || slug === 'blob-missing') return 'unopenable';
  return CAUSES.has(slug) ? slug : 'rejected';
}
