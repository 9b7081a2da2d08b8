import { rejected, unavailable } from '@throughline/contracts';
import type { BatchHandler, Message } from '../bus.contract';
import { partitionOf } from '../partition';
import type { ParkedChange } from '../parking/parking.contract';
import { groupOf, text, texts, type CurrentBench } from './bench';
import { Inbox } from './inbox';

/** Keys of the same partition, on both drivers, as `bad`. */
const neighbours = (count: number): string[] => {
  const partition = partitionOf(Buffer.from('bad'), 64);
  return texts(100_000, 'key').filter((key) => partitionOf(Buffer.from(key), 64) === partition && partitionOf(Buffer.from(key), 2) === partition % 2).slice(0, count);
};

const ofKey = (inbox: Inbox, key: string) => inbox.messages.filter((message) => message.key.toString() === key).map(({ value }) => value.toString());

/** A handler that fails as long as a batch holds the text and the door for it is shut. */
class Doors {
  readonly inbox = new Inbox();
  /** Texts tried in vain, by how often. */
  readonly refusals = new Map<string, number>();
  private readonly shut = new Map<string, Error>();
  private waiting: (() => void)[] = [];

  close(value: string, error: Error = new TypeError('a surprise')): this {
    this.shut.set(value, error);
    return this;
  }

  open(value: string): void {
    this.shut.delete(value);
  }

  readonly handle: BatchHandler = async (batch) => {
    for (const { value } of batch) {
      const name = value.toString();
      const error = this.shut.get(name);
      if (!error) continue;
      this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1);
      this.waiting.splice(0).forEach((ring) => ring());
      throw error;
    }
    await this.inbox.handle(batch);
  };

  async refused(value: string, times: number): Promise<void> {
    while ((this.refusals.get(value) ?? 0) < times) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

export function parking(bench: CurrentBench): void {
  it('lets the other keys of the partition go on past a key whose message fails by surprise', async () => {
    const { bus, parking } = bench();
    const doors = new Doors().close('bad0');
    await bus.group(groupOf('surprised', doors.handle, { parking: parking() }));
    const others = neighbours(20);
    await bus.publish('interactions', [text('bad', 'bad0'), text('bad', 'bad1'), ...others.map((key) => text(key, key))]);
    await doors.inbox.has(...others);
    expect(doors.inbox.texts).not.toContain('bad1');
    await bus.publish('interactions', [text('bad', 'bad2'), text(others[0]!, 'later')]);
    await doors.inbox.has('later');
    expect(ofKey(doors.inbox, 'bad')).toEqual([]);
  });

  it('keeps what follows on a parked key in order, and makes the key live again once its head passes', async () => {
    const { bus, parking } = bench();
    const doors = new Doors().close('bad0');
    await bus.group(groupOf('passing', doors.handle, { parking: parking() }));
    await bus.publish('interactions', texts(50, 'bad').map((value) => text('bad', value)));
    await doors.refused('bad0', 8);
    await bus.publish('interactions', texts(60, 'bad').slice(50).map((value) => text('bad', value)));
    doors.open('bad0');
    await doors.inbox.has('bad59');
    await bus.publish('interactions', [text('bad', 'bad60')]);
    await doors.inbox.has('bad60');
    expect(ofKey(doors.inbox, 'bad')).toEqual(texts(61, 'bad'));
  });

  it('lets nothing new overtake what is parked, while keys are parked and pass under load', async () => {
    const { bus, parking } = bench();
    const inbox = new Inbox();
    let calls = 0;
    const handle: BatchHandler = async (batch) => {
      if (++calls % 3 === 0) throw new TypeError('now and then');
      await inbox.handle(batch);
    };
    await bus.group(groupOf('racing', handle, { parking: parking({ firstTryMs: 1, longestWaitMs: 5 }), maxBatch: 4 }));
    const keys = ['bad', ...neighbours(4)];
    for (const value of texts(60)) await bus.publish('interactions', keys.map((key) => text(key, value)));
    await inbox.until(() => keys.every((key) => ofKey(inbox, key).length >= 60));
    for (const key of keys) expect(ofKey(inbox, key)).toEqual(texts(60));
  });

  it('commits what it parks: another member tries it again after the first has left', async () => {
    const { bus, another, parking } = bench();
    const [first, second] = [new Doors().close('bad0'), new Doors()];
    const subscription = await bus.group(groupOf('inherited', first.handle, { parking: parking({ firstTryMs: 1000, longestWaitMs: 1000 }) }));
    await bus.publish('interactions', [text('bad', 'bad0'), text('bad', 'bad1'), text('good', 'good')]);
    await first.refused('bad0', 4);
    await first.inbox.has('good');
    await subscription.close();
    await (await another()).group(groupOf('inherited', second.handle, { parking: parking() }));
    await second.inbox.has('bad1');
    expect(second.inbox.texts).toEqual(['bad0', 'bad1']);
  });

  it('parks nothing while something the handler leans on is away', async () => {
    const { bus, parking } = bench();
    const changes: ParkedChange[] = [];
    const doors = new Doors().close('m1', unavailable('away', 'not there'));
    await bus.group(groupOf('leaning', doors.handle, { parking: parking({ onChange: async (change) => void changes.push(change) }) }));
    await bus.publish('interactions', texts(3).map((value) => text('k', value)));
    await doors.refused('m1', 3);
    doors.open('m1');
    await doors.inbox.has('m2');
    expect([doors.inbox.texts, changes]).toEqual([texts(3), []]);
  });

  it('sets a parked message aside once it is rejected, and what follows passes', async () => {
    const { bus, parking } = bench();
    const doors = new Doors().close('bad0');
    const aside: string[] = [];
    const onRejected = async ({ value }: Message) => void aside.push(value.toString());
    await bus.group(groupOf('mended', doors.handle, { parking: parking(), onRejected }));
    await bus.publish('interactions', texts(3, 'bad').map((value) => text('bad', value)));
    await doors.refused('bad0', 6);
    doors.close('bad0', rejected('bad', 'will never do'));
    await doors.inbox.has('bad2');
    expect([aside, doors.inbox.texts]).toEqual([['bad0'], ['bad1', 'bad2']]);
  });

  it('gives a parked message back as it was, headers and trace included', async () => {
    const { bus, parking } = bench();
    const doors = new Doors().close('bad0');
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await bus.group(groupOf('whole', doors.handle, { parking: parking() }));
    await bus.publish('interactions', [{ ...text('bad', 'bad0'), headers: { traceparent: parent, 'x-odd': 'ünï "\\' } }]);
    await doors.refused('bad0', 5);
    doors.open('bad0');
    await doors.inbox.has('bad0');
    expect(doors.inbox.messages[0]).toMatchObject({ topic: 'interactions', key: Buffer.from('bad'), value: Buffer.from('bad0'), headers: { traceparent: parent, 'x-odd': 'ünï "\\' } });
    expect(doors.inbox.messages[0]!.publishedAt).toBeGreaterThan(Date.now() - 600_000);
  });

  it('tells that a key is parked, of every try in vain, and that it has passed, without the words of a stranger', async () => {
    const { bus, parking } = bench();
    const changes: ParkedChange[] = [];
    const told = new Inbox();
    const doors = new Doors().close('bad0', new TypeError('bad0 of a@b.example'));
    const tenant = '0f0e0d0c-0000-4000-8000-000000000001';
    const onChange = async (change: ParkedChange) => {
      changes.push(change);
      await told.handle([]);
    };
    const lot = parking({ about: ({ value }) => ({ tenant, subject: value.toString() }), onChange });
    await bus.group(groupOf('told', doors.handle, { parking: lot }));
    await bus.publish('interactions', texts(2, 'bad').map((value) => text('bad', value)));
    await told.until(() => changes.length >= 3);
    doors.open('bad0');
    await told.until(() => changes.at(-1)?.state === 'passed');
    expect(changes[0]).toMatchObject({ group: 'told', state: 'parked', attempts: 1, error: 'TypeError', about: { tenant, subject: 'bad0' } });
    expect(changes.slice(0, 3).map(({ attempts }) => attempts)).toEqual([1, 2, 3]);
    expect(new Set(changes.map(({ id }) => id)).size).toBe(1);
    expect(JSON.stringify(changes)).not.toContain('a@b.example');
  });

  it('takes nothing new while it is paused, and goes on where it was', async () => {
    const { bus, parking } = bench();
    const doors = new Doors();
    const subscription = await bus.group(groupOf('resting', doors.handle, { parking: parking() }));
    await bus.publish('interactions', [text('k', 'm0')]);
    await doors.inbox.has('m0');
    subscription.pause();
    const watcher = new Inbox();
    await bus.group(groupOf('awake', watcher.handle));
    await bus.publish('interactions', [text('k', 'm1')]);
    await watcher.has('m1');
    expect(doors.inbox.texts).toEqual(['m0']);
    subscription.resume();
    await doors.inbox.has('m1');
    expect(doors.inbox.texts).toEqual(['m0', 'm1']);
  });
}
