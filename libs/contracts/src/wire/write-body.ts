import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Attachment, Body, Content, Identity, Party } from '../gen/throughline/v1/body_pb';
import { bytes, BYTES, tag, text, VARINT } from './fields';

/**
 * The bytes of a Body as `toBinary` writes them, field by field: a third of its time, and every interaction is written. A spec
 * holds both against each other for all bodies, so a field that is missing here is found.
 */
export function writeBody(body: Body): Uint8Array {
  const writer = new BinaryWriter();
  bytes(writer, 1, body.salt);
  for (const identity of body.identities) writeIdentity(writer, 2, identity);
  for (const party of body.parties) writeParty(writer, party);
  for (const name in body.providerIds) {
    writer.uint32(tag(4, BYTES)).fork().uint32(tag(1, BYTES)).string(name).uint32(tag(2, BYTES)).string(body.providerIds[name]!).join();
  }
  text(writer, 5, body.conversation);
  if (body.content) writeContent(writer, body.content);
  bytes(writer, 7, body.data);
  text(writer, 8, body.agent);
  text(writer, 9, body.blob);
  text(writer, 10, body.rawBlob);
  return writer.finish();
}

function writeIdentity(writer: BinaryWriter, field: number, { namespace, value, verified }: Identity): void {
  writer.uint32(tag(field, BYTES)).fork();
  text(writer, 1, namespace);
  text(writer, 2, value);
  if (verified) writer.uint32(tag(3, VARINT)).bool(true);
  writer.join();
}

function writeParty(writer: BinaryWriter, { role, identity, name }: Party): void {
  writer.uint32(tag(3, BYTES)).fork();
  text(writer, 1, role);
  if (identity) writeIdentity(writer, 2, identity);
  text(writer, 3, name);
  writer.join();
}

function writeContent(writer: BinaryWriter, content: Content): void {
  writer.uint32(tag(6, BYTES)).fork();
  text(writer, 1, content.text);
  text(writer, 2, content.html);
  text(writer, 3, content.subject);
  text(writer, 4, content.language);
  for (const attachment of content.attachments) writeAttachment(writer, attachment);
  writer.join();
}

function writeAttachment(writer: BinaryWriter, attachment: Attachment): void {
  writer.uint32(tag(5, BYTES)).fork();
  text(writer, 1, attachment.name);
  text(writer, 2, attachment.mediaType);
  if (attachment.size !== 0n) writer.uint32(tag(3, VARINT)).uint64(attachment.size);
  text(writer, 4, attachment.url);
  text(writer, 5, attachment.sha256);
  text(writer, 6, attachment.blob);
  writer.join();
}
