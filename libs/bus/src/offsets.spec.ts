import fc from 'fast-check';
import type { Message } from './bus.contract';
import { lastWhole, numbered, PartOfOffset } from './offsets';

const message = (offset: string): Message => ({ topic: 'interactions', partition: 0, offset, publishedAt: 0, key: Buffer.from('k'), value: Buffer.alloc(0), headers: {} });
const read = (...offsets: string[]) => numbered(offsets.map(message));
const firstOf = (messages: readonly Message[], count: number) => new Set(messages.slice(0, count));

describe('messages that share an offset', () => {
  it('are numbered within it', () => {
    expect(read('1', '1', '1', '2', '3', '3').map(({ nth }) => nth)).toEqual([undefined, 1, 2, undefined, undefined, 1]);
  });

  it.each([
    [0, undefined],
    [1, '1'],
    [2, '1'],
    [3, '1'],
    [4, '2'],
    [5, '3'],
  ])('count as done only all together: of 1 2 2 2 3, with %i settled, up to %s', (count, offset) => {
    const messages = read('1', '2', '2', '2', '3');
    expect(lastWhole(messages, firstOf(messages, count))?.offset).toBe(offset);
  });

  it('are handled where their topic was made anew, though its offsets are the same again', () => {
    const part = new PartOfOffset();
    const messages = read('1', '2', '2', '2');
    part.note(messages, firstOf(messages, 3));
    const anew = read('2', '2').map((one) => ({ ...one, publishedAt: 1 }));
    expect(part.open(anew)).toEqual(anew);
  });

  it('are not handled again where the same process reads them again', () => {
    const part = new PartOfOffset();
    const messages = read('1', '2', '2', '2');
    part.note(messages, firstOf(messages, 3));
    expect(part.open(read('2', '2', '2', '3')).map(({ offset, nth = 0 }) => [offset, nth])).toEqual([['2', 2], ['3', 0]]);
  });

  it('are handled again where nothing of them was settled', () => {
    const part = new PartOfOffset();
    const messages = read('1', '2', '2');
    part.note(messages, firstOf(messages, 2));
    part.note(messages, firstOf(messages, 3));
    expect(part.open(read('2', '2'))).toHaveLength(2);
  });

  it('come to an end after any sequence of tries, each message settled once', () => {
    const frames = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 });
    const steps = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(frames, steps, (sizes, progress) => {
        const part = new PartOfOffset();
        const handled: string[] = [];
        let from = -1;
        for (const step of [...progress, ...Array<number>(50).fill(9)]) {
          const log = read(...sizes.flatMap((size, offset) => Array<string>(size).fill(String(offset))));
          const page = log.filter(({ offset }) => Number(offset) > from);
          if (page.length === 0) break;
          const open = part.open(page);
          const settled = new Set([...page.filter((one) => !open.includes(one)), ...open.slice(0, step)]);
          handled.push(...open.slice(0, step).map(({ offset, nth = 0 }) => `${offset}.${nth}`));
          from = Number(lastWhole(page, settled)?.offset ?? from);
          part.note(page, settled);
        }
        expect(handled).toEqual(sizes.flatMap((size, offset) => Array.from({ length: size }, (_, nth) => `${offset}.${nth}`)));
      }),
    );
  });
});
