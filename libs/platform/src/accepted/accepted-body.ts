import canonicalize from 'canonicalize';
import type { AcceptedInteraction, AdmittedIdentity, AdmittedParty, Attachment, Body, Content } from '@throughline/contracts';

/** The sealed part of an accepted interaction. Pure. @param salt 16 random bytes */
export function bodyOf(accepted: AcceptedInteraction, salt: Uint8Array): Body {
  const { identities, parties = [], conversation = '', content, data, agent = '', providerIds = {}, rawBlob = '' } = accepted;
  return {
    $typeName: 'throughline.v1.Body',
    salt,
    identities: identities.map(identityOf),
    parties: parties.map(partyOf),
    providerIds: sorted(providerIds),
    conversation,
    content: content && contentOf(content),
    data: data ? Buffer.from(canonicalize(data) ?? '') : NONE,
    agent,
    blob: '',
    rawBlob,
  };
}

const NONE = new Uint8Array();

/** In one order, whatever the adapter's: the digest covers the bytes. */
const sorted = (ids: Record<string, string>) => Object.fromEntries(Object.entries(ids).sort(([a], [b]) => (a < b ? -1 : 1)));

const identityOf = ({ namespace, value, verified }: AdmittedIdentity): Body['identities'][number] => ({
  $typeName: 'throughline.v1.Identity',
  namespace,
  value,
  verified,
});

const partyOf = ({ role, identity, name = '' }: AdmittedParty): Body['parties'][number] => ({
  $typeName: 'throughline.v1.Party',
  role,
  identity: identity && identityOf({ ...identity, verified: false }),
  name,
});

const contentOf = ({ text = '', html = '', subject = '', language = '', attachments = [] }: Content): NonNullable<Body['content']> => ({
  $typeName: 'throughline.v1.Content',
  text,
  html,
  subject,
  language,
  attachments: attachments.map(attachmentOf),
});

const attachmentOf = ({ name = '', mediaType = '', size = 0, url = '', sha256 = '', blob = '' }: Attachment): NonNullable<Body['content']>['attachments'][number] => ({
  $typeName: 'throughline.v1.Attachment',
  name,
  mediaType,
  size: BigInt(size),
  url,
  sha256,
  blob,
});
