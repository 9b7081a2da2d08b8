import fc from 'fast-check';

// A visitor has the chat open in two tabs. Each tab kept its own thread under the same name, so the one that saved last
// took away what the other had written: a message that still waited for the connection was lost.

interface Item {
  id: string;
  from: string;
  state: string;
}

interface Thread {
  items: Item[];
  write(id: string, text: string, at: string): void;
  next(): Item | undefined;
  sending(id: string): void;
  acknowledged(id: string, answer: object): number;
  received(message: object): boolean;
  join(saved?: Saved): void;
}

interface Saved {
  items: Item[];
}

const { Thread } = jest.requireActual<{ Thread: new (saved?: Saved) => Thread }>('./page/thread.js');

/** What the browser keeps, and the tabs that share it. */
class Browser {
  private stored: string | undefined;
  readonly tabs = [new Thread(), new Thread()];

  /** As the page saves. */
  save(tab: Thread): void {
    tab.join(this.read());
    this.stored = JSON.stringify(tab);
  }

  /** The browser tells a tab that another one has saved. */
  told(tab: Thread): void {
    tab.join(this.read());
  }

  read(): Saved | undefined {
    return this.stored === undefined ? undefined : (JSON.parse(this.stored) as Saved);
  }
}

const idsOf = (thread?: Saved) => (thread?.items ?? []).map(({ id }) => id);

describe('a chat open in two tabs', () => {
  it('keeps what either of them wrote, whichever saves last', () => {
    const browser = new Browser();
    const [one, two] = browser.tabs as [Thread, Thread];
    two.write('second', 'text', '');
    browser.save(two);
    one.write('first', 'text', '');
    browser.save(one);
    expect(new Thread(browser.read()).next()).toMatchObject({ state: 'waiting' });
    expect(idsOf(browser.read()).toSorted()).toEqual(['first', 'second']);
  });

  it('shows in one what the other has brought to safety', () => {
    const browser = new Browser();
    const [one, two] = browser.tabs as [Thread, Thread];
    one.write('first', 'text', '');
    browser.save(one);
    browser.told(two);
    expect(two.items).toMatchObject([{ id: 'first', state: 'waiting' }]);
    one.acknowledged('first', {});
    browser.save(one);
    browser.told(two);
    expect(two.items).toMatchObject([{ id: 'first', state: 'delivered' }]);
  });

  it('does not bring back what was forgotten because the thread is long', () => {
    const browser = new Browser();
    const [one, two] = browser.tabs as [Thread, Thread];
    for (let n = 0; n < 200; n += 1) one.received({ id: `m${n}`, text: 'text', at: '' });
    browser.save(one);
    browser.told(two);
    two.received({ id: 'm200', text: 'text', at: '' });
    browser.told(two);
    expect([idsOf(two)[0], idsOf(two).at(-1)]).toEqual(['m1', 'm200']);
  });

  it('loses and doubles nothing in any order of writing, sending, saving and hearing', () => {
    const step = fc.record({ tab: fc.nat(1), what: fc.constantFrom('write', 'send', 'answer', 'told') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const browser = new Browser();
        steps.forEach(({ tab, what }, n) => {
          const thread = browser.tabs[tab]!;
          const next = thread.next();
          if (what === 'write') thread.write(`v${n}`, 'text', '');
          if (what === 'send' && next) thread.sending(next.id);
          if (what === 'answer' && next) thread.acknowledged(next.id, {});
          if (what === 'told') browser.told(thread);
          else browser.save(thread);
        });
        for (const tab of browser.tabs) browser.told(tab);
        const written = steps.flatMap(({ what }, n) => (what === 'write' ? [`v${n}`] : []));
        for (const thread of [...browser.tabs, browser.read()]) expect(idsOf(thread).toSorted()).toEqual(written.toSorted());
      }),
    );
  });
});
