import fc from 'fast-check';
import { buffer } from 'node:stream/consumers';
import { MAIL_LIMITS, parseMail, UnparsableMail } from './bounded-parser';
import { QuotedPrintableDecoder } from './quoted-printable';

const mail = (type: string, body: string, more = '') => Buffer.from(`From: a@b.example\r\nContent-Type: ${type}\r\n${more}\r\n${body}`, 'latin1');
const nested = (depth: number) => Array.from({ length: depth }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`).join('');

describe('a mail made to choke its reader', () => {
  it.each([
    ['has countless parts', mail('multipart/mixed; boundary=x', '--x\r\n\r\n'.repeat(MAIL_LIMITS.parts * 20))],
    ['is nested without end', mail('multipart/mixed; boundary=x', `--x\r\n${nested(MAIL_LIMITS.parts + 1)}`)],
    ['has a header without end', mail('text/plain', 'x', `To: ${'a@b.example, '.repeat(MAIL_LIMITS.header / 8)}\r\n`)],
    ['has countless header lines', mail('text/plain', 'x', 'A: b\r\n'.repeat(MAIL_LIMITS.header / 4))],
  ])('is unparsable: it %s', async (_, raw) => {
    await expect(parseMail(raw)).rejects.toBeInstanceOf(UnparsableMail);
  });

  it.each([
    ['text', mail('text/plain', 'x'.repeat(MAIL_LIMITS.text * 2))],
    ['text in one line of escapes', mail('text/plain', '=41'.repeat(MAIL_LIMITS.text * 2), 'Content-Transfer-Encoding: quoted-printable\r\n')],
    ['text in ISO-2022-JP', mail('text/plain; charset=iso-2022-jp', '\u001b$B3X9;5;=Q0w\u001b(B'.repeat(MAIL_LIMITS.text / 8))],
    ['HTML', mail('text/html', '<ul><li>x'.repeat(MAIL_LIMITS.text / 4))],
  ])('is read as far as the limits go, and says that it is incomplete: too much %s', async (_, raw) => {
    const found = await parseMail(raw);
    expect(found.incomplete).toBe(true);
    expect(Buffer.byteLength(found.text ?? '') + Buffer.byteLength(found.html ?? '')).toBeLessThanOrEqual(MAIL_LIMITS.text * 1.1);
  });

  it('has all its attachments counted up to the limit', async () => {
    const part = '--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\na\r\n';
    const found = await parseMail(mail('multipart/mixed; boundary=x', part.repeat(MAIL_LIMITS.attachments + 1)));
    expect([found.attachments.length, found.incomplete]).toEqual([MAIL_LIMITS.attachments, true]);
  });

  it('does not keep an attachment in memory: it is measured and hashed', async () => {
    const content = Buffer.alloc(3_000_000, 'a').toString('base64').replace(/.{76}/g, '$&\r\n');
    const found = await parseMail(mail('application/pdf; name=a.pdf', content, 'Content-Transfer-Encoding: base64\r\n'));
    expect(found.attachments).toEqual([{ name: 'a.pdf', mediaType: 'application/pdf', size: 3_000_000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(found.incomplete).toBe(false);
  });
});

describe('quoted-printable, decoded in batches', () => {
  const unescape = (text: string) =>
    text.replace(/(?<![\t ])[\t ]+(?=\r?\n|$)/g, '').replace(/=(\r?\n|$)/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

  it('gives what decoding in one go gives, wherever the input is cut', async () => {
    const piece = fc.oneof(
      fc.constantFrom('=41', '=\r\n', '=  \r\n', '\r\n', '\n', ' ', ' \t', 'text', '=zz', '\u00ff'),
      fc.constantFrom('=41'.repeat(30_000), 'x'.repeat(70_000), ' '.repeat(70_000), 'line=\r\n'.repeat(12_000)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 1, max: 70_000 }), async (pieces, cut) => {
        const encoded = pieces.join('');
        const decoder = new QuotedPrintableDecoder();
        for (let at = 0; at < encoded.length; at += cut) decoder.write(Buffer.from(encoded.slice(at, at + cut), 'latin1'));
        decoder.end();
        expect((await buffer(decoder)).toString('latin1')).toBe(unescape(encoded));
      }),
      { numRuns: 50 },
    );
  });
});
