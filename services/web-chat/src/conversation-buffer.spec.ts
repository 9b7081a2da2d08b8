import fc from 'fast-check';
import { BUFFER_LIMITS, ConversationBuffer, type ChatMessage } from './conversation-buffer';

interface SavedThread {
  items: { id: string; from: string; state: string }[];
  last?: string;
}

interface Thread {
  items: SavedThread['items'];
  after: string | undefined;
  write(id: string, text: string, at: string): void;
  next(): { id: string } | undefined;
  sending(id: string): void;
  interrupted(): void;
  acknowledged(id: string, answer: { problem?: { status: number; retryAfterMs?: number } }): number;
  received(message: ChatMessage): boolean;
  toJSON(): SavedThread;
}

/** What the page runs in the browser. */
const { Thread } = jest.requireActual<{ Thread: new (saved?: SavedThread) => Thread }>('./page/thread.js');

const message = (n: number): ChatMessage => ({ id: `m${n}`, text: `text ${n}`, at: '2026-03-02T12:00:00.000Z' });
const reopen = (thread: Thread) => new Thread(JSON.parse(JSON.stringify(thread)) as SavedThread);

describe('the messages kept for a visitor', () => {
  it('are those after the last one the browser has, in order', () => {
    const buffer = new ConversationBuffer();
    for (const n of [1, 2, 3]) buffer.add('c', message(n));
    expect(buffer.since('c', 'm1').map(({ id }) => id)).toEqual(['m2', 'm3']);
    expect(buffer.since('c', undefined).map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
    expect(buffer.since('c', 'forgotten').map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
    expect(buffer.since('other', undefined)).toEqual([]);
  });

  it('are kept once, however often the bus delivers them', () => {
    const buffer = new ConversationBuffer();
    expect([buffer.add('c', message(1)), buffer.add('c', message(1))]).toEqual([true, false]);
    expect(buffer.since('c', undefined)).toHaveLength(1);
  });

  it('are the latest ones of a long conversation', () => {
    const buffer = new ConversationBuffer();
    for (let n = 0; n <= BUFFER_LIMITS.messages; n += 1) buffer.add('c', message(n));
    expect(buffer.since('c', undefined).map(({ id }) => id)).toEqual(Array.from({ length: BUFFER_LIMITS.messages }, (_, n) => `m${n + 1}`));
  });

  it('wait for their receipt until it is on the bus', () => {
    const buffer = new ConversationBuffer();
    for (const n of [1, 2, 3]) buffer.add('c', message(n));
    buffer.receipted('c', 'm1');
    expect(buffer.unreceipted('c', 'm2')).toEqual(['m2']);
    expect(buffer.unreceipted('c', undefined)).toEqual([]);
  });

  it('leave room for others: the conversation not used for longest is forgotten', () => {
    const buffer = new ConversationBuffer();
    for (let n = 0; n <= BUFFER_LIMITS.conversations; n += 1) buffer.add(`c${n}`, message(n));
    expect(buffer.since('c0', undefined)).toEqual([]);
    expect(buffer.since(`c${BUFFER_LIMITS.conversations}`, undefined)).toHaveLength(1);
  });
});

/** A connection of a browser that may break at any step, in both directions, and a page that may close. */
class Line {
  readonly buffer = new ConversationBuffer();
  readonly stored: string[] = [];
  thread = new Thread();
  /** On their way to the browser; undefined while there is no connection. */
  private down: ChatMessage[] | undefined;
  /** On its way to the server, and its answer on the way back. */
  private up: string | undefined;
  private answer: string | undefined;
  private counts = { us: 0, visitor: 0 };

  steps: Record<string, () => void> = {
    connect: () => (this.down ??= this.buffer.since('c', this.thread.after)),
    disconnect: () => {
      this.down = this.up = this.answer = undefined;
      this.thread.interrupted();
    },
    closePage: () => {
      this.steps.disconnect!();
      this.thread = reopen(this.thread);
    },
    weWrite: () => {
      const next = message((this.counts.us += 1));
      if (this.buffer.add('c', next)) this.down?.push(next);
    },
    busRepeats: () => void (this.counts.us > 0 && this.buffer.add('c', message(this.counts.us)) && this.down?.push(message(this.counts.us))),
    arrives: () => {
      const next = this.down?.shift();
      if (next) this.thread.received(next);
    },
    sheWrites: () => this.thread.write(`v${(this.counts.visitor += 1)}`, 'text', ''),
    sends: () => {
      const next = this.down && !this.up && !this.answer ? this.thread.next() : undefined;
      if (next) this.thread.sending((this.up = next.id));
    },
    stores: () => {
      if (this.up && !this.stored.includes(this.up)) this.stored.push(this.up);
      this.answer = this.up ?? this.answer;
      this.up = undefined;
    },
    busAway: () => {
      if (this.up) this.thread.acknowledged(this.up, { problem: { status: 503 } });
      this.up = undefined;
    },
    hears: () => {
      if (this.answer) this.thread.acknowledged(this.answer, {});
      this.answer = undefined;
    },
  };

  /** In the end there is a connection and nothing more happens to it. */
  settle(): void {
    this.steps.disconnect!();
    this.steps.connect!();
    while (this.down!.length > 0) this.steps.arrives!();
    while (this.thread.next()) for (const step of ['sends', 'stores', 'hears']) this.steps[step]!();
  }

  get written() {
    return this.counts;
  }
}

describe('a chat over a connection that breaks at any moment', () => {
  it('loses nothing, doubles nothing and keeps the order both ways', () => {
    const names = Object.keys(new Line().steps);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 120 }), (steps) => {
        const line = new Line();
        for (const step of steps) line.steps[step]!();
        line.settle();
        const idsOf = (from: string) => line.thread.items.filter((item) => item.from === from).map(({ id }) => id);
        expect(idsOf('us')).toEqual(Array.from({ length: line.written.us }, (_, n) => `m${n + 1}`));
        expect(line.stored).toEqual(Array.from({ length: line.written.visitor }, (_, n) => `v${n + 1}`));
        expect(line.thread.items.every(({ state }) => state === 'delivered')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a thread in the browser', () => {
  it('goes on after a message that is not accepted', () => {
    const thread = new Thread();
    thread.write('v1', 'too long', '');
    thread.write('v2', 'text', '');
    thread.acknowledged('v1', { problem: { status: 413 } });
    expect(thread.next()?.id).toBe('v2');
  });

  it('waits as long as the server asks before it tries again', () => {
    const thread = new Thread();
    thread.write('v1', 'text', '');
    expect(thread.acknowledged('v1', { problem: { status: 429, retryAfterMs: 700 } })).toBe(700);
    expect(thread.next()?.id).toBe('v1');
  });

  it('forgets old messages, never one that has not reached us', () => {
    const thread = new Thread();
    thread.write('v1', 'text', '');
    for (let n = 1; n <= 300; n += 1) thread.received(message(n));
    expect(thread.items).toHaveLength(200);
    expect(thread.next()?.id).toBe('v1');
  });
});
