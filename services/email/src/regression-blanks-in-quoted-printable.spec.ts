import { performance } from 'node:perf_hooks';
import { parseMail } from './bounded-parser';

// Runs of blanks inside quoted-printable lines took the square of their length: a mail of 2 MiB from anybody held the process for six minutes,
// in which it did nothing else.

it('reads quoted-printable in a time that its length alone decides, whatever it is made of', async () => {
  const body = `${' '.repeat(60_000)}x\r\n`.repeat(4);
  const started = performance.now();
  const { text } = await parseMail(Buffer.from(`From: a@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${body}`));
  expect(performance.now() - started).toBeLessThan(2000);
  expect(text).toBe(body.replaceAll('\r\n', '\n'));
});
