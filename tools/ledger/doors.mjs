// The doors the load goes through. Each opens a lane: how an item is sent, and how it reads in the timeline. `send` resolves to
// undefined where the item was acknowledged, else to what the client saw; it throws where no answer came.
import { call } from '../clients/api.mjs';
import { openChat } from '../clients/chat.mjs';
import { openMail } from '../clients/mail.mjs';
import { postCallStatus } from '../clients/twilio.mjs';
import { postWhatsApp, textMessages } from '../clients/whatsapp.mjs';

const byProviderId = (item) => item.source.providerId;
const textOf = (item) => item.content?.text?.trim();
const refusal = (status) => (status < 300 ? undefined : `HTTP ${status}`);

/** POST /v1/interactions: the gateway's own id. A 503 must say when to come again. */
const ingest = (demo, { identity }) => ({
  identity,
  send: async ({ id, content, at, vouched }) => {
    const identities = vouched ? [identity, vouched] : [identity];
    const { status, headers } = await call(demo, 'POST', '/v1/interactions', { id, account: 'acc_api', type: 'message.received', direction: 'inbound', occurredAt: at.toISOString(), identities, content: { text: content } });
    return status === 503 && !headers.get('retry-after') ? 'HTTP 503 without Retry-After' : refusal(status);
  },
  id: byProviderId,
  content: textOf,
});

/** Twilio status callbacks: one finished call an item; its content is the duration. */
const phone = (demo, { identity }) => ({
  identity,
  send: async ({ id, content, at }) =>
    refusal(await postCallStatus(demo, 'acc_phone', { CallSid: id, AccountSid: 'AC0', From: identity.value, To: '+15005550006', CallStatus: 'completed', Direction: 'inbound', CallDuration: String(content / 1000), Timestamp: at.toUTCString() })),
  id: byProviderId,
  content: (item) => item.data.durationMs,
});

const social = (demo, { identity }) => ({
  identity,
  send: async ({ id, content, at }) =>
    refusal(await postWhatsApp(demo, 'acc_whatsapp', textMessages(demo.accounts.acc_whatsapp.address, identity.value.slice(1), 'Ledger', [{ id, text: content, at }]))),
  id: byProviderId,
  content: textOf,
});

const email = (demo, { identity }) => {
  const transport = openMail(demo, true);
  return {
    identity,
    send: async ({ id, content, at }) => {
      try {
        await transport.sendMail({ from: identity.value, to: demo.accounts.acc_email.address, subject: 'ledger', text: content, messageId: `<${id}>`, date: at });
        return undefined;
      } catch (error) {
        if (error.responseCode) return `SMTP ${error.responseCode}`;
        throw error;
      }
    },
    id: (item) => item.source.providerId?.replace(/^<|>$/g, ''),
    content: textOf,
    close: () => transport.close(),
  };
};

const chat = async (demo) => {
  const visitor = await openChat(demo, 'acc_site');
  return {
    identity: visitor.identity,
    /** What the server drew: it is another in every run. */
    drawn: { visitor: visitor.identity.value, conversation: visitor.conversation },
    send: async ({ id, content, at }) => ((await visitor.send({ id, text: content, at: at.toISOString() })) ? undefined : 'chat: refused'),
    id: byProviderId,
    content: textOf,
    close: () => visitor.close(),
  };
};

const DOORS = { ingest, phone, social, email, 'web-chat': chat };

export const openLane = (demo, spec) => DOORS[spec.door](demo, spec);
