// The doors the load goes through. Each gives lanes: an identity, how an item is sent, and how it reads in the timeline.
import { randomUUID } from 'node:crypto';
import { call } from '../clients/api.mjs';
import { openMail } from '../clients/mail.mjs';
import { postCallStatus } from '../clients/twilio.mjs';
import { postWhatsApp, textMessages } from '../clients/whatsapp.mjs';
import { openChat } from '../clients/chat.mjs';

// Providers tell seconds, not ms, and the timeline sorts by what they tell: a lane's items lie a second apart, in the past.
const HOUR_MS = 3_600_000;
const opened = Math.floor(Date.now() / 1000) * 1000;
const timeOf = (n) => new Date(opened - 12 * HOUR_MS + n * 1000);

const phone = (block, n) => `+1415${block}${String(n).padStart(4, '0')}`;
const text = (run, lane, n) => `ledger ${run} lane ${lane} item ${n}`;
const textOf = (timelineItem) => timelineItem.content?.text?.trim();

/** POST /v1/interactions: the gateway's own id. */
export const generic = (demo, run, lane) => {
  const identity = { namespace: 'phone', value: phone('555', lane) };
  return {
    name: 'ingest', identity,
    item: (n) => ({ id: `${run}-g${lane}-${n}`, content: text(run, lane, n), at: timeOf(n) }),
    send: async ({ id, content, at }) =>
      (await call(demo, 'POST', '/v1/interactions', { id, account: 'acc_api', type: 'message.received', direction: 'inbound', occurredAt: at.toISOString(), identities: [identity], content: { text: content } })).status === 202,
    id: (item) => item.source.providerId,
    content: textOf,
  };
};

/** Twilio status callbacks: one finished call an item; its content is the duration. */
export const twilio = (demo, run, lane) => {
  const identity = { namespace: 'phone', value: phone('556', lane) };
  return {
    name: 'phone', identity,
    item: (n) => ({ id: `CA${run}${String(lane).padStart(4, '0')}${String(n).padStart(8, '0')}`, content: (n + 1) * 1000, at: timeOf(n) }),
    send: async ({ id, content, at }) => {
      const fields = { CallSid: id, AccountSid: 'AC0', From: identity.value, To: '+15005550006', CallStatus: 'completed', Direction: 'inbound', CallDuration: String(content / 1000), Timestamp: at.toUTCString() };
      return (await postCallStatus(demo, 'acc_phone', fields)) < 300;
    },
    id: (item) => item.source.providerId,
    content: (item) => item.data.durationMs,
  };
};

export const whatsApp = (demo, run, lane) => {
  const identity = { namespace: 'phone', value: phone('557', lane) };
  return {
    name: 'social', identity,
    item: (n) => ({ id: `wamid.${run}.${lane}.${n}`, content: text(run, lane, n), at: timeOf(n) }),
    send: async (item) => (await postWhatsApp(demo, 'acc_whatsapp', textMessages(demo.accounts.acc_whatsapp.address, identity.value.slice(1), 'Ledger', [{ ...item, text: item.content }]))) < 300,
    id: (item) => item.source.providerId,
    content: textOf,
  };
};

export const mail = (demo, run, lane) => {
  const identity = { namespace: 'email', value: `ledger-${run}-${lane}@sender.example` };
  const transport = openMail(demo);
  return {
    name: 'email', identity,
    item: (n) => ({ id: `<${run}-${lane}-${n}@sender.example>`, content: text(run, lane, n), at: timeOf(n) }),
    send: async ({ id, content, at }) => {
      await transport.sendMail({ from: identity.value, to: demo.accounts.acc_email.address, subject: 'ledger', text: content, messageId: id, date: at });
      return true;
    },
    id: (item) => (item.source.providerId.startsWith('<') ? item.source.providerId : `<${item.source.providerId}>`),
    content: textOf,
  };
};

export const chat = async (demo, run, lane) => {
  const visitor = await openChat(demo, 'acc_site');
  return {
    name: 'web-chat', identity: visitor.identity,
    item: (n) => ({ id: randomUUID(), content: text(run, lane, n), at: timeOf(n) }),
    send: async ({ id, content, at }) => Boolean(await visitor.send({ id, text: content, at: at.toISOString() })),
    id: (item) => item.source.providerId,
    content: textOf,
    close: () => visitor.close(),
  };
};
