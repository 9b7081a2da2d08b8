/** What the log already knows under an id. */
export interface KnownVersion {
  /** Empty once erased. */
  digest: Uint8Array;
}

export interface AdmitInteraction {
  id: string;
  digest: Uint8Array;
  /** Id this content has as a revision, where the adapter declares that another content under the same id corrects the first. */
  revision: string | undefined;
}

export type Admission = 'new' | 'duplicate' | 'revision' | 'conflict';

/** Whether an interaction is new to the log (docs/architecture.md, invariant 2). */
export function admit(command: AdmitInteraction, known: ReadonlyMap<string, KnownVersion>): Admission {
  const first = known.get(command.id);
  if (!first) return 'new';
  // Erased: what it said is not known any more, and it does not come back.
  if (first.digest.length === 0) return 'duplicate';
  // Same id, same content: it was accepted before, and nothing happens.
  if (Buffer.from(first.digest).equals(command.digest)) return 'duplicate';
  if (command.revision === undefined) return 'conflict';
  return known.has(command.revision) ? 'duplicate' : 'revision';
}
