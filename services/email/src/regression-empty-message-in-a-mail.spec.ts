import { parseMail } from './bounded-parser';

// A mail that ends in the header of a forwarded message was read for ever: the client got no answer and came again, and what each of its tries had
// brought counted as in flight until the process ended. A dozen of 25 MiB, and no mail at all was taken.

const forwarded = 'Content-Type: message/rfc822\r\nContent-Disposition: inline\r\n';

it.each([
  ['of the mail', `From: a@b.example\r\n${forwarded}`],
  ['of its last part', `From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x\r\n${forwarded}`],
  ['of a message in a message', `From: a@b.example\r\n${forwarded}\r\n${forwarded}`],
  ['of a message that is empty', `From: a@b.example\r\n${forwarded}\r\n`],
])('a mail that ends in a header is read to its end: %s', async (_, raw) => {
  expect((await parseMail(Buffer.from(raw))).headers.get('from')).toBeDefined();
}, 5000);
