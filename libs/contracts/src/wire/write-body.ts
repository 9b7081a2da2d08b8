import type { Attachment, Body, Content, Identity, Party } from '../gen/throughline/v1/body_pb';
import { written, type WireWriter } from './wire-writer';

/**
 * The bytes of a Body as `toBinary` writes them, field by field: a fraction of its time, and every interaction is written. A spec
 * holds both against each other for all bodies, so a field that is missing here is found.
 */
export const writeBody = (body: Body): Buffer => written((writer) => fillBody(writer, body));

function fillBody(writer: WireWriter, body: Body): void {
  writer.blob(1, body.salt);
  for (const identity of body.identities) writer.nested(2, () => fillIdentity(writer, identity));
  for (const party of body.parties) writer.nested(3, () => fillParty(writer, party));
  for (const name in body.providerIds) writer.nested(4, () => fillEntry(writer, name, body.providerIds[name]!));
  writer.text(5, body.conversation);
  const { content } = body;
  if (content) writer.nested(6, () => fillContent(writer, content));
  writer.blob(7, body.data);
  writer.text(8, body.agent);
  writer.text(9, body.blob);
  writer.text(10, body.rawBlob);
}

function fillIdentity(writer: WireWriter, { namespace, value, verified }: Identity): void {
  writer.text(1, namespace);
  writer.text(2, value);
  writer.flag(3, verified);
}

function fillParty(writer: WireWriter, { role, identity, name }: Party): void {
  writer.text(1, role);
  if (identity) writer.nested(2, () => fillIdentity(writer, identity));
  writer.text(3, name);
}

/** Of a map key and value are always written. */
function fillEntry(writer: WireWriter, name: string, value: string): void {
  writer.anyText(1, name);
  writer.anyText(2, value);
}

function fillContent(writer: WireWriter, content: Content): void {
  writer.text(1, content.text);
  writer.text(2, content.html);
  writer.text(3, content.subject);
  writer.text(4, content.language);
  for (const attachment of content.attachments) writer.nested(5, () => fillAttachment(writer, attachment));
}

function fillAttachment(writer: WireWriter, attachment: Attachment): void {
  writer.text(1, attachment.name);
  writer.text(2, attachment.mediaType);
  writer.uint64(3, attachment.size);
  writer.text(4, attachment.url);
  writer.text(5, attachment.sha256);
  writer.text(6, attachment.blob);
}
