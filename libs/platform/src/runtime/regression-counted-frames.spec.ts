// Messages of a frame share an offset: of a frame that came in two batches only the first half was counted.
import type { GroupOptions, Message } from '@throughline/bus';
import { metricsText } from '../telemetry/metrics';
import { CountedBus } from './counted-bus';

const read = (nth: number): Message => ({ topic: 'interactions', partition: 0, offset: '7', nth, publishedAt: 0, key: Buffer.alloc(1), value: Buffer.alloc(1), headers: {} });

it('counts every message of a frame that is handled in parts', async () => {
  let options!: GroupOptions;
  const idle = { close: async () => undefined, pause: () => undefined, resume: () => undefined };
  const inner = { driver: 'embedded' as const, publish: async () => undefined, ensureTopics: async () => undefined, healthy: async () => true, close: async () => undefined, broadcast: async () => idle };
  const bus = new CountedBus({ ...inner, group: async (given) => ((options = given), idle) });
  await bus.group({ topic: 'interactions', group: 'frames', handle: async () => undefined, onRejected: async () => undefined });
  await options.handle([read(0), read(1)]);
  await options.handle([read(2), read(3)]);
  await options.handle([read(2), read(3)]);
  expect(await metricsText()).toMatch(/throughline_bus_handled_total\{[^}]*group="frames"[^}]*\} 4$/m);
});
