import type { AcceptedInteraction } from '@throughline/contracts';
import { eventOf } from '@throughline/platform';
import { parseMail } from './bounded-parser';
import { interactionOf } from './mail.adapter';

// The parser says `false` where a part's Content-Type is empty. No body can be written with it, so that such a mail was acknowledged and
// then stood before all that its sender's customer wrote afterwards.

const receipt = { mailbox: 'support@demo.example', rawSha256: 'f'.repeat(64), nullSender: false, receivedAt: new Date(0) };
const keys = { tenant: '', hash: () => Buffer.alloc(16) };
const acceptance = { id: '', account: '', channel: '', provider: '', producer: '', producerVersion: '', claimedAt: 0, acceptedAt: 0 };

it.each(['', ';', ';name=a'])('an attachment has a media type, whatever its Content-Type says: %p', async (contentType) => {
  const part = `--x\r\nContent-Type: ${contentType}\r\nContent-Disposition: attachment\r\n\r\nabc\r\n--x--`;
  const mail = await parseMail(Buffer.from(`From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${part}`));
  const interaction = interactionOf(mail, receipt);
  const accepted = { ...acceptance, ...interaction, relatesTo: '' } as AcceptedInteraction;
  const { body } = eventOf(accepted, { keys, key: Buffer.alloc(16), salt: Buffer.alloc(16) });
  expect(body.content?.attachments).toMatchObject([{ mediaType: 'application/octet-stream', size: 3n }]);
});
