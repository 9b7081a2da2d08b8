import { readEnvelope, type Envelope } from '@throughline/contracts';
import { sameBytes } from './chain';
import type { Fault } from './verify.contract';
import type { LogRow } from './verify-rows';

/** A fault of one row, before it is known where it stands. */
export interface RowFault {
  fault: Fault;
  detail: string;
}

/** Undefined where the bytes are no envelope. */
export function envelopeIn(bytes: Uint8Array): Envelope | undefined {
  try {
    return readEnvelope(bytes);
  } catch {
    return undefined;
  }
}

/** Columns that repeat the envelope, so that they can be searched: the chain covers them through it. */
export function columnFault(row: LogRow, envelope: Envelope): RowFault | undefined {
  const repeated: [column: string, same: boolean][] = [
    ['tenant', envelope.tenant === row.tenant],
    ['id', envelope.id === row.id],
    ['type', envelope.type === row.type],
    ['occurred_at', envelope.occurredAt === BigInt(row.occurred_at)],
    ['key', sameBytes(envelope.key, row.key)],
  ];
  const wrong = repeated.filter(([, same]) => !same).map(([column]) => column);
  return wrong.length === 0 ? undefined : { fault: 'column-changed', detail: `${wrong.join(', ')}: not as the envelope says` };
}

/** The table of ids leads to this event. */
export function idFault(row: LogRow): RowFault | undefined {
  if (row.id_xid === null) return { fault: 'id-missing', detail: 'its id is not in the table of ids, so it could be appended again' };
  if (row.id_xid === row.xid && row.id_n === row.n) return undefined;
  return { fault: 'id-elsewhere', detail: 'the table of ids says that it stands elsewhere in the log' };
}

/** The body beside the event, without opening it. A body is destroyed together with its digest in the table of ids. */
export function bodyFault(row: LogRow): RowFault | undefined {
  const destroyed = row.id_digest === null;
  if (row.body_digest === null) {
    return destroyed ? undefined : { fault: 'body-missing', detail: 'its body is gone and was not destroyed: the digest of its id is still there' };
  }
  if (destroyed) return { fault: 'body-left', detail: 'its digest says that the body was destroyed, and there is one' };
  if (row.body_tenant !== row.tenant) return { fault: 'body-digest-changed', detail: 'its body lies under another tenant' };
  return sameBytes(row.body_digest, row.id_digest!) ? undefined : { fault: 'body-digest-changed', detail: 'the digest beside the body is not the one its id came with' };
}
