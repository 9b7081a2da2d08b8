import type { Bus, GroupOptions, Message } from '@throughline/bus';
import { metricsText } from '../telemetry/metrics';
import { CountedBus } from './counted-bus';

/** The bus of this spec: what was subscribed is kept, so that the spec can hand messages to it. */
class BusAtHand implements Bus {
  readonly driver = 'embedded';
  options: GroupOptions | undefined;
  away = false;

  async publish(): Promise<void> {
    if (this.away) throw new Error('away');
  }

  async group(options: GroupOptions) {
    this.options = options;
    return { close: async () => undefined, pause: () => undefined, resume: () => undefined };
  }

  async broadcast() {
    return { close: async () => undefined, pause: () => undefined, resume: () => undefined };
  }

  async ensureTopics(): Promise<void> {}
  async healthy(): Promise<boolean> {
    return true;
  }
  async close(): Promise<void> {}
}

const message = { key: Buffer.alloc(1), value: Buffer.alloc(1) };
const read = (offset: string, publishedAt = 0): Message => ({ ...message, topic: 'interactions', partition: 0, offset, publishedAt, headers: {} });

async function counted(name: string): Promise<number> {
  const line = (await metricsText()).split('\n').find((text) => text.startsWith(`${name}{`) && text.includes('topic="interactions"'));
  return line === undefined ? 0 : Number(line.split(' ')[1]);
}

describe('a bus that counts', () => {
  const inner = new BusAtHand();
  const bus = new CountedBus(inner);

  it('counts what it has published, and nothing that failed', async () => {
    await bus.publish('interactions', [message, message]);
    inner.away = true;
    await expect(bus.publish('interactions', [message])).rejects.toThrow('away');
    expect(await counted('throughline_bus_published_total')).toBe(2);
  });

  it('counts what a group is done with: handled, or rejected and set aside', async () => {
    const handle = jest.fn<Promise<void>, [readonly Message[]]>().mockResolvedValue();
    await bus.group({ topic: 'interactions', group: 'profile', handle, onRejected: async () => undefined });
    await inner.options!.handle([read('0'), read('1')]);
    handle.mockRejectedValueOnce(new Error('tried again'));
    await expect(inner.options!.handle([read('2')])).rejects.toThrow('tried again');
    await inner.options!.onRejected(read('2'), new Error('rejected'));
    expect(await counted('throughline_bus_handled_total')).toBe(3);
  });

  it('counts a message once however often it comes, and one of a topic made anew as another', async () => {
    const before = await counted('throughline_bus_handled_total');
    await inner.options!.handle([read('1'), read('3')]);
    await inner.options!.handle([read('0', 1_000)]);
    expect(await counted('throughline_bus_handled_total')).toBe(before + 2);
  });
});
