import type { BatchHandler, Message } from '../bus.contract';
import { groupOf, text, texts, type CurrentBench } from './bench';
import { Inbox } from './inbox';

/** Test messages begin with their tenant: `A:...`. */
const tenantOf = ({ key }: Message) => key.toString().split(':')[0];
const fairness = { tenantOf, several: () => true, afterMessages: 100 };

const flood = (tenant: string, count: number) => texts(count).map((value, n) => text(`${tenant}:${n % 7}`, value));
const own = (inbox: Inbox, tenant: string) => inbox.messages.filter((message) => tenantOf(message) === tenant);

/** Takes nothing out of a lane until it is opened. */
function gated(inbox: Inbox) {
  const gate: PromiseWithResolvers<void> = Promise.withResolvers();
  const handle: BatchHandler = async (batch) => {
    if (batch.some(({ parked }) => parked)) await gate.promise;
    await inbox.handle(batch);
  };
  return { handle, open: gate.resolve };
}

export function fairnessOfTenants(bench: CurrentBench): void {
  it("works a tenant's few messages although another tenant's flood before them stands still", async () => {
    const { bus, parking } = bench();
    const inbox = new Inbox();
    const { handle, open } = gated(inbox);
    await bus.publish('interactions', flood('A', 1500));
    await bus.publish('interactions', flood('B', 10));
    await bus.group(groupOf('fair', handle, { parking: parking({ fairness }), maxBatch: 50 }));
    await inbox.until(() => own(inbox, 'B').length === 10);
    expect(own(inbox, 'A').length).toBeLessThan(400);
    open();
    await inbox.until(() => own(inbox, 'A').length >= 1500);
    for (let n = 0; n < 7; n += 1) {
      const values = inbox.messages.filter((message) => message.key.toString() === `A:${n}`).map(({ value }) => value.toString());
      expect(values).toEqual(texts(1500).filter((_, index) => index % 7 === n));
    }
  });

  it('keeps every key in order while a lane is opened, its keys are parked, and it ends under load', async () => {
    const { bus, parking } = bench();
    const inbox = new Inbox();
    let calls = 0;
    const handle: BatchHandler = async (batch) => {
      if (++calls % 5 === 0) throw new TypeError('now and then');
      await inbox.handle(batch);
    };
    await bus.group(groupOf('flooded', handle, { parking: parking({ fairness, firstTryMs: 1, longestWaitMs: 5 }), maxBatch: 20 }));
    for (let round = 0; round < 5; round += 1) await bus.publish('interactions', flood('A', 200).map(({ value, ...rest }) => ({ ...rest, value: Buffer.from(`${round}.${Buffer.from(value).toString()}`) })));
    await inbox.until(() => own(inbox, 'A').length >= 1000);
    for (let n = 0; n < 7; n += 1) {
      const values = inbox.messages.filter((message) => message.key.toString() === `A:${n}`).map(({ value }) => value.toString());
      const published = Array.from({ length: 5 }, (_, round) => texts(200).filter((_, index) => index % 7 === n).map((value) => `${round}.${value}`)).flat();
      expect(values).toEqual(published);
    }
  });
}
