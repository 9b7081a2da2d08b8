import { SLOT_SIZE, SlotFiller } from './slot-filler';

describe('slots', () => {
  it('hold a thousand keys each', () => {
    const slots = new SlotFiller().take('t', undefined, 2_500);
    expect([1, 2, 3].map((slot) => slots.filter((taken) => taken === slot).length)).toEqual([SLOT_SIZE, SLOT_SIZE, 500]);
  });

  it('go on where the database stands', () => {
    expect(new SlotFiller().take('t', { slot: 4, used: 999 }, 2)).toEqual([4, 5]);
  });

  it('remember what transactions took that the database does not show yet', () => {
    const filler = new SlotFiller();
    filler.take('t', undefined, 999);
    expect(filler.take('t', undefined, 2)).toEqual([1, 2]);
  });

  it('follow another process that is further on', () => {
    const filler = new SlotFiller();
    filler.take('t', undefined, 10);
    expect(filler.take('t', { slot: 7, used: 3 }, 1)).toEqual([7]);
  });

  it('are counted for each owner alone', () => {
    const filler = new SlotFiller();
    filler.take('t', undefined, SLOT_SIZE);
    expect(filler.take('u', undefined, 1)).toEqual([1]);
  });
});
