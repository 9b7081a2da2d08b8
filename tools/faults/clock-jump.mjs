// The clock jumps while work goes on, and jumps back: the second jump is the other direction.
import { noClock } from './clock.mjs';

const HOLD_MS = 15_000;
const MINUTE_S = 60;

export default {
  name: 'clock',
  modes: ['embedded', 'distributed'],
  needs: 'clock',
  /** In embedded mode PostgreSQL jumps too; `npm run up` starts it without this environment, so there only the others do. */
  skip: noClock,
  drills: ({ clock }) => [drill(clock, '5 min ahead, and back', () => 5 * MINUTE_S), drill(clock, '5 min behind, and on', () => -5 * MINUTE_S), drill(clock, 'past midnight (a new epoch), and back', untilTomorrow)],
};

const drill = (clock, name, seconds) => ({
  name,
  holdMs: HOLD_MS,
  begin: async () => clock.set(seconds()),
  end: async () => clock.set(0),
});

/** Ten minutes into the next day (UTC): the epoch before may seal for five minutes more. */
function untilTomorrow() {
  const now = Date.now();
  const day = 24 * 3600 * 1000;
  return Math.ceil((day - (now % day)) / 1000) + 10 * MINUTE_S;
}
