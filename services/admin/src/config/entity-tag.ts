import { malformed, rejected } from '@throughline/contracts';

/** The ETag of a thing: its version. */
export const entityTag = (version: number) => `"${version}"`;

/** Throws 412 (`precondition-failed`) where `If-Match` (RFC 9110, section 13.1.1) names other versions only. Without the header nothing is asked. */
export function checkMatch(version: number, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) throw malformed('If-Match must be an entity tag in double quotes.');
  if (!tags.includes(entityTag(version))) throw rejected('precondition-failed', 'It was changed in the meantime: read it again.', { status: 412 });
}
