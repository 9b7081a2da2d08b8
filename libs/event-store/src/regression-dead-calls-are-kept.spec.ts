import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Deadlines } from './deadlines';

setFlagsFromString('--expose-gc');
// Else V8, which sees that all of these outlive a collection, may begin to make them old.
setFlagsFromString('--no-allocation-site-pretenuring');
const collect = runInNewContext('gc') as (what?: { type: 'minor' }) => void;

const OPEN = 64;
const TURNS = 200;
const WORDS = 200;

// As a Set they were kept by its former tables, each of which links to the next, until a full collection came.
it('what has ended in time is let go by the small collections', () => {
  const deadlines = new Deadlines<{ due: number; content: number[] }>(15_000, () => undefined);
  const made = () => ({ due: 0, content: Array.from({ length: WORDS }, (_, n) => n) });
  const turn = () => {
    const open = Array.from({ length: OPEN }, made);
    for (const item of open) deadlines.add(item);
    collect({ type: 'minor' });
    for (const item of open) deadlines.delete(item);
  };
  for (let n = 0; n < 3; n++) turn();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < TURNS; n++) turn();
  collect({ type: 'minor' });
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((TURNS * OPEN * WORDS * 4) / 4);
  deadlines.close();
});
