import { Log } from './log.js';
import { Thread } from './thread.js';

const site = new URLSearchParams(location.search).get('site') ?? '';
const place = (name) => document.getElementById(name);
const [form, text, state, note] = ['form', 'text', 'state', 'note'].map(place);
const log = new Log(place('log'), place('lines'), place('empty'));

const key = `throughline-chat:${site}`;
const read = () => JSON.parse(localStorage.getItem(key) ?? '{}');
const saved = read();
const thread = new Thread(saved.thread);
let token = saved.token;
let busy = false;

// Not crypto.randomUUID: it is missing on pages that came by plain HTTP.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const show = () => log.show(thread.items);

function save() {
  thread.join(read().thread);
  localStorage.setItem(key, JSON.stringify({ token, thread }));
}

function told(name, words) {
  state.dataset.state = name;
  state.textContent = words;
}

/** There is nobody to write to, and trying again would not help. */
function closed(why) {
  told('off', 'Not available');
  note.textContent = why;
  note.hidden = false;
  form.hidden = true;
  place('empty').hidden = true;
}

const OFFLINE = 'Offline. Your messages wait here.';

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
  told('off', OFFLINE);
  show();
});

/** Refusals that stay. */
const REFUSED = {
  'Invalid namespace': 'There is no chat with this site key.',
  origin: 'This page may not use the chat.',
};

socket.on('connect_error', (error) => {
  if (error.message === 'visitor-token') {
    token = undefined;
    save();
    return void socket.connect();
  }
  if (REFUSED[error.message]) return void closed(REFUSED[error.message]);
  told('off', OFFLINE);
  // A lost connection comes back by itself; one that was refused for now has to be asked for again.
  if (!socket.active) setTimeout(() => socket.connect(), 3000);
});

// Another tab has saved.
window.addEventListener('storage', () => {
  thread.join(read().thread);
  show();
});

// Sooner than the next attempt would be.
window.addEventListener('online', () => {
  if (socket.active && !socket.connected) socket.disconnect().connect();
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const written = text.value.trim();
  if (written === '') return;
  thread.write(newId(), written, new Date().toISOString());
  text.value = '';
  save();
  show();
  log.toEnd();
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
if (site === '') closed('Add the site key to the address: /chat?site=…');
else socket.connect();
