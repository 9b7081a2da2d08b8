import { rebuildReadModels, throughGate } from '@throughline/event-store';
import { Intake } from './intake';
import { Ledger } from './ledger';
import { profileProjector } from './rebuild';
import { NOBODY_WAITS, ProfileBench } from './testing/profile-bench';
import { dump } from './testing/read-model-dump';

const AT = 1_700_000_000_000;

let bench: ProfileBench;
beforeEach(async () => void (bench = await ProfileBench.open()));
afterEach(() => bench.close());

/** Handlers of another process, which stop after they have appended until they are told to go on. */
function slowHandlers() {
  const [appended, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const append = async (...args: Parameters<typeof bench.store.append>) => {
    const outcomes = await bench.store.append(...args);
    // The first try finds out that this is a revision, and is undone.
    if (!Array.isArray(outcomes) || outcomes.some(({ outcome }) => outcome !== 'appended')) return outcomes;
    appended.resolve();
    await goOn.promise;
    return outcomes;
  };
  const ledger = new Ledger({ append: append as typeof bench.store.append }, bench.vault, bench.bodies, bench.traits, bench.recent);
  const intake = new Intake(throughGate(bench.db.database), bench.store, ledger, NOBODY_WAITS);
  return { handlers: bench.handlersOf(intake), appended, goOn };
}

// The one that reached the row last was shown until a rebuild, which goes by the log, showed the other.
it('of two revisions said at one moment and taken at once the live timeline shows what a rebuild shows', async () => {
  const version = (who: string, text: string) => ({ id: 'r', at: AT, identities: [`visitor:${who}`], revisable: true, text });
  await bench.post(version('a', 'one'), { id: 'b', identities: ['visitor:b'] }, { id: 'c', identities: ['visitor:c'] });
  const [second, third] = [await bench.messages([version('b', 'two')]), await bench.messages([version('c', 'three')])];
  const { handlers, appended, goOn } = slowHandlers();
  const one = handlers.take(second);
  await appended.promise;
  const other = bench.handlers.take(third);
  await bench.db.untilWaiting();
  goOn.resolve();
  await Promise.all([one, other]);
  const live = await dump(bench);
  await rebuildReadModels(profileProjector(bench), { database: bench.db.database });
  expect(await dump(bench)).toEqual(live);
});
