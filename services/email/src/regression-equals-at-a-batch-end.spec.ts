import { buffer } from 'node:stream/consumers';
import { QuotedPrintableDecoder } from './quoted-printable';

const BATCH = 64 * 1024;
async function decoded(encoded: string): Promise<string> {
  const decoder = new QuotedPrintableDecoder();
  decoder.write(encoded.slice(0, BATCH));
  return (await buffer(decoder.end(encoded.slice(BATCH)))).toString();
}

// Where a batch of a line without end ended behind `==`, the first of the two was taken for the line's end, and gone.
it.each(['==41', '= =41', '===', '==', '=4', '==4', '= \t=41', '=41==', '=4 =41', '=\r\nb', '=\rb'])('%j says the same wherever a batch ends', async (end) => {
  const alone = await decoded(`a${end}`);
  for (let before = BATCH - end.length; before <= BATCH; before += 1) {
    const long = await decoded('a'.repeat(before) + end);
    expect(long.slice(before - 1)).toBe(alone);
  }
});
