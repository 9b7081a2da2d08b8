import { parseMail } from './bounded-parser';
import { interactionOf } from './mail.adapter';

// A line of a delivery report that begins with a field's name and goes on with blanks held the process for seconds: each blank was
// taken for the last one before the value, and 200 characters behind it were looked at.

const receipt = { mailbox: 'support@demo.example', rawSha256: 'f'.repeat(64), nullSender: true, receivedAt: new Date(0) };
const report = (text: string) => Buffer.from(`From: a@b.example\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\n${text}\r\n--x--\r\n`);

it('finds the fields of a delivery report behind any number of blanks', async () => {
  const mail = await parseMail(report(`Action:${' '.repeat(1_900_000)}${'x'.repeat(300)}`));
  const { data } = interactionOf(mail, receipt);
  expect(data).toEqual({ nullSender: true, deliveryStatus: { action: 'x'.repeat(200) } });
});
