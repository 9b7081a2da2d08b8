// A browser's side of web chat, without the browser: socket.io at /v1/chat, namespace by site key.
import { createHmac } from 'node:crypto';
import { io } from 'socket.io-client';

const ACK_MS = 15_000;

/** Connects a new visitor. Resolves when the server has said hello. */
export async function openChat(demo, account) {
  const { siteKey, secret } = demo.accounts[account];
  const received = [];
  const waiting = [];
  const auth = {};
  const socket = io(`${demo.publicUrl}/${siteKey}`, { path: '/v1/chat', transports: ['websocket'], auth, extraHeaders: { origin: demo.publicUrl }, reconnectionDelayMax: 1_000, forceNew: true });
  socket.on('message', (message, acknowledge) => {
    received.push(message);
    acknowledge();
    for (const wake of waiting.splice(0)) wake();
  });
  const hello = await new Promise((resolve, reject) => {
    socket.once('hello', resolve);
    socket.once('connect_error', (error) => reject(new Error(`chat: ${error.data?.problem?.type ?? error.message}`)));
  });
  // The token keeps this visitor over reconnects.
  auth.token = hello.token;
  const emit = (event, payload) => socket.timeout(ACK_MS).emitWithAck(event, payload);
  return {
    identity: { namespace: 'web-visitor', value: `${account}:${hello.visitor}` },
    conversation: hello.conversation,
    /** The interaction's id once the message is durable; undefined where it was refused. */
    send: async (message) => (await emit('message', message)).interactionId,
    /** What the site's back end does after a login: it signs who the visitor is. */
    identify: (namespace, value) =>
      emit('identify', { namespace, value, signature: createHmac('sha256', secret).update(`${hello.visitor}|${namespace}:${value}`).digest('hex') }),
    /** The n-th message from the business, waiting for it. */
    received: async (n) => {
      while (received.length < n) await new Promise((resolve) => waiting.push(resolve));
      return received[n - 1];
    },
    close: () => socket.disconnect(),
  };
}
