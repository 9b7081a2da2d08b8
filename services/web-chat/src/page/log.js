/** What a visitor reads, and hears from a screen reader, of a message's state. */
const SAID = {
  waiting: ['· waiting', 'waiting to be sent'],
  sent: ['· sending', 'being sent'],
  delivered: ['✓', 'delivered'],
  refused: ['· not accepted', 'not accepted'],
};

/** Pixels from the end within which a reader wants to see what comes next. */
const NEAR = 60;

const time = new Intl.DateTimeFormat([], { timeStyle: 'short' });
const date = new Intl.DateTimeFormat([], { dateStyle: 'full' });
const near = new Intl.RelativeTimeFormat([], { numeric: 'auto' });

function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** "Today", "Yesterday" or the date, in the reader's language. */
function dayOf(at) {
  const noon = (moment) => new Date(moment).setHours(12, 0, 0, 0);
  const days = Math.round((noon(at) - noon(Date.now())) / 86_400_000);
  return days === 0 || days === -1 ? near.format(days, 'day') : date.format(new Date(at));
}

/** The messages on the screen. A line is made once and then only its state changes: so a screen reader speaks each message once. */
export class Log {
  constructor(frame, lines, empty) {
    Object.assign(this, { frame, lines, empty, shown: new Map(), following: true });
    frame.addEventListener('scroll', () => {
      this.following = frame.scrollHeight - frame.scrollTop - frame.clientHeight < NEAR;
    });
    // A phone's keyboard takes half of the screen: the end stays in sight.
    new window.ResizeObserver(() => this.follow()).observe(frame);
  }

  /** Brings the screen up to date. Who has scrolled up to read stays there. */
  show(items) {
    this.empty.hidden = items.length > 0;
    for (const item of items) this.mark(this.lineOf(item), item);
    this.follow();
  }

  toEnd() {
    this.following = true;
    this.follow();
  }

  follow() {
    if (this.following) this.frame.scrollTop = this.frame.scrollHeight;
  }

  lineOf(item) {
    const key = `${item.from} ${item.id}`;
    if (!this.shown.has(key)) this.shown.set(key, this.append(item));
    return this.shown.get(key);
  }

  append(item) {
    const day = dayOf(item.at);
    if (day !== this.day) this.lines.append(made('li', { className: 'day' }, day));
    this.day = day;
    const who = made('span', { className: 'unseen' }, item.from === 'visitor' ? 'You: ' : 'We: ');
    const tick = item.from === 'visitor' ? [made('span', { className: 'tick', role: 'img' })] : [];
    const foot = made('small', { ariaLive: 'off' }, made('time', { dateTime: item.at }, time.format(new Date(item.at))), ' ', ...tick);
    const line = made('li', {}, made('p', { dir: 'auto' }, who, item.text), foot);
    this.lines.append(line);
    return line;
  }

  mark(line, { from, state }) {
    line.className = `${from} ${state}`;
    const tick = line.querySelector('.tick');
    if (!tick || tick.textContent === SAID[state][0]) return;
    [tick.textContent, tick.ariaLabel] = SAID[state];
  }
}
