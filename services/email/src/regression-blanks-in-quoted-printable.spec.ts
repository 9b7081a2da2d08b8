import { parseMail } from './bounded-parser';

// Runs of blanks inside quoted-printable lines took the square of their length: a mail of 2 MiB from anybody held the process for six minutes,
// in which it did nothing else. So does this spec where it comes back: it looks at no clock.

it('reads quoted-printable that is made of blanks', async () => {
  const body = `${' '.repeat(60_000)}x\r\n`.repeat(30);
  const { text } = await parseMail(Buffer.from(`From: a@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${body}`));
  expect(text).toBe(body.replaceAll('\r\n', '\n'));
});
