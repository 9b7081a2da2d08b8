import { Thread } from './thread.js';

const SAID = {
  waiting: ['…', 'waiting to be sent'],
  sent: ['✓', 'sent'],
  delivered: ['✓✓', 'delivered'],
  refused: ['!', 'not accepted'],
};

const site = new URLSearchParams(location.search).get('site') ?? '';
const place = (name) => document.getElementById(name);
const [log, form, text, state, note] = ['log', 'form', 'text', 'state', 'note'].map(place);

const key = `throughline-chat:${site}`;
const saved = JSON.parse(localStorage.getItem(key) ?? '{}');
const thread = new Thread(saved.thread);
let token = saved.token;
let busy = false;

// Not crypto.randomUUID: it is missing on pages that came by plain HTTP.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const save = () => localStorage.setItem(key, JSON.stringify({ token, thread }));

function line(item) {
  const entry = log.querySelector(`[data-id="${item.id}"]`) ?? document.createElement('li');
  const [mark, words] = SAID[item.state];
  const body = document.createElement('p');
  body.textContent = item.text;
  const foot = document.createElement('small');
  foot.textContent = new Date(item.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  if (item.from === 'visitor') {
    const tick = document.createElement('span');
    tick.textContent = ` ${mark}`;
    tick.title = words;
    tick.setAttribute('role', 'img');
    tick.setAttribute('aria-label', words);
    foot.append(tick);
  }
  const who = document.createElement('span');
  who.className = 'unseen';
  who.textContent = item.from === 'visitor' ? 'You: ' : 'We: ';
  body.prepend(who);
  entry.dataset.id = item.id;
  entry.className = `${item.from} ${item.state}`;
  entry.replaceChildren(body, foot);
  return entry;
}

function show() {
  for (const item of thread.items) {
    const entry = line(item);
    if (!entry.isConnected) log.append(entry);
  }
  log.scrollTop = log.scrollHeight;
  place('empty').hidden = thread.items.length > 0;
}

function told(name, words) {
  state.dataset.state = name;
  state.textContent = words;
}

const socket = io(`/${site}`, {
  path: '/v1/chat',
  autoConnect: false,
  auth: (give) => give({ ...(token && { token }), ...(thread.after && { after: thread.after }) }),
});

/** Sends the oldest waiting message, and the next when that one is safe. */
function flush() {
  const item = thread.next();
  if (!item || busy || !socket.connected) return;
  busy = true;
  thread.sending(item.id);
  show();
  socket.timeout(30_000).emit('message', { id: item.id, text: item.text, at: item.at }, (error, answer) => {
    busy = false;
    const wait = error ? (thread.interrupted(), 1000) : thread.acknowledged(item.id, answer);
    save();
    show();
    setTimeout(flush, wait);
  });
}

socket.on('hello', (hello) => {
  token = hello.token;
  save();
  told('on', 'Connected');
  note.hidden = true;
  flush();
});

socket.on('message', (message, received) => {
  if (thread.received(message)) show();
  save();
  received();
});

socket.on('disconnect', () => {
  thread.interrupted();
  busy = false;
  told('off', 'Offline: your messages wait here');
  show();
});

const REFUSED = {
  'Invalid namespace': 'There is no chat with this site key.',
  origin: 'This page may not use the chat.',
};

socket.on('connect_error', (error) => {
  if (error.message === 'visitor-token') {
    token = undefined;
    save();
    socket.connect();
    return;
  }
  told('off', 'Offline: your messages wait here');
  note.textContent = REFUSED[error.message] ?? '';
  note.hidden = note.textContent === '';
  // A lost connection comes back by itself; one that was refused for now has to be asked for again.
  if (!socket.active && note.hidden) setTimeout(() => socket.connect(), 3000);
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const written = text.value.trim();
  if (written === '') return;
  thread.write(newId(), written, new Date().toISOString());
  text.value = '';
  save();
  show();
  flush();
  text.focus();
});

text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

show();
told('wait', 'Connecting');
if (site === '') {
  note.textContent = 'Add the site key to the address: /chat?site=…';
  note.hidden = false;
} else socket.connect();
