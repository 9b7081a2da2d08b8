import type { Database } from '@throughline/postgres';
import { text } from '../testing/bench';
import { plainFrames } from '../testing/plain-frames';
import { openEmbeddedBus } from './embedded-bus';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A bus whose database answers each append when it is told to. */
function gated() {
  const appends: PromiseWithResolvers<unknown>[] = [];
  const call = () => {
    const append = Promise.withResolvers<unknown>();
    appends.push(append);
    return append.promise;
  };
  const database = { call, notify: () => undefined } as unknown as Database;
  return { bus: openEmbeddedBus({ database, frames: plainFrames }), appends };
}

describe('publishing on the embedded bus', () => {
  it('appends one after the other, however many wait', async () => {
    const { bus, appends } = gated();
    const first = bus.publish('outbound', [text('k', 'a')]);
    await turn();
    const later = [bus.publish('outbound', [text('k', 'b')]), bus.publish('outbound', [text('k', 'c')])];
    await turn();
    expect(appends.length).toBe(1);
    appends[0]!.resolve(undefined);
    await first;
    await turn();
    expect(appends.length).toBe(2);
    appends[1]!.resolve(undefined);
    await Promise.all(later);
    await bus.close();
  });

  it('fails what comes behind a failure, and takes what comes afterwards', async () => {
    const { bus, appends } = gated();
    const failing = [bus.publish('outbound', [text('k', 'a')])];
    for (const value of ['b', 'c']) {
      await turn();
      failing.push(bus.publish('outbound', [text('k', value)]));
    }
    await turn();
    appends[0]!.reject(new Error('away'));
    for (const one of await Promise.allSettled(failing)) expect(one).toMatchObject({ status: 'rejected', reason: { slug: 'bus-unavailable' } });
    expect(appends.length).toBe(1);
    const next = bus.publish('outbound', [text('k', 'd')]);
    await turn();
    await turn();
    appends[1]!.resolve(undefined);
    await next;
    await bus.close();
  });
});
