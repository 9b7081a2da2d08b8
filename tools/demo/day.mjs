// One customer's day, hour by hour, through the real doors. Every step is what a gateway outside would send.
import { randomUUID } from 'node:crypto';
import { ask } from '../clients/api.mjs';
import { openChat } from '../clients/chat.mjs';
import { openMail } from '../clients/mail.mjs';
import { postCallStatus } from '../clients/twilio.mjs';
import { postWhatsApp, textMessages } from '../clients/whatsapp.mjs';

const MINUTE = 60_000;
/** The last thing happened two minutes ago; each step lies so many minutes before that. */
const at = (minutes) => new Date(Date.now() - (minutes + 2) * MINUTE);

function must(status, door) {
  if (status >= 300) throw new Error(`${door} answered ${status}`);
}

/** A customer nobody knows yet: made anew for every run. */
export function newCustomer() {
  const n = String(Math.floor(Math.random() * 9_000_000) + 1_000_000);
  return {
    name: 'Mei Example',
    phone: `+1415${n}`,
    whatsapp: `+4477${n}0`,
    email: `mei.${n}@customer.example`,
    loyalty: `L-${n}`,
  };
}

async function chats(demo, customer, tell) {
  const visitor = await openChat(demo, 'acc_site');
  const question = await visitor.send({ id: randomUUID(), text: 'Hello, the coat I ordered is too small. Can I change it in the shop?', at: at(480).toISOString() });
  tell('web chat', 'a visitor asks about her coat');
  await visitor.identify('email', customer.email);
  tell('web chat', 'she logs in, and the site vouches for her e-mail address');
  return { visitor, question };
}

async function agentAnswers(demo, { visitor, question }, tell) {
  await ask(demo, 'GET', `/v1/interactions/${question}?wait=10000`);
  await ask(demo, 'POST', '/v1/messages', { account: 'acc_site', inReplyTo: question, content: { text: 'Yes. Bring it to any shop within 30 days, we keep the larger size for you.' }, agent: 'agent_7' });
  const { text } = await visitor.received(1);
  tell('web chat', `an agent's answer reached her browser: "${text.slice(0, 30)}..."`);
}

async function writes(demo, customer, tell) {
  const mail = openMail(demo);
  await mail.sendMail({
    from: { name: customer.name, address: customer.email }, to: demo.accounts.acc_email.address, date: at(300),
    subject: 'The coat, and an invoice', text: 'Dear team,\n\nplease send me the invoice for my coat as well.\n\nMei',
  });
  mail.close();
  tell('e-mail', 'she writes from her own mailbox');
}

async function messages(demo, customer, tell) {
  const body = textMessages(demo.accounts.acc_whatsapp.address, customer.whatsapp.slice(1), customer.name, [
    { id: `wamid.${randomUUID()}`, text: 'Is the shop open until eight today?', at: at(180) },
  ]);
  must(await postWhatsApp(demo, 'acc_whatsapp', body), 'WhatsApp webhook');
  tell('social', 'a WhatsApp message from another number');
}

async function buys(demo, customer, tell) {
  const vouched = [['email', customer.email], ['phone', customer.phone], ['phone', customer.whatsapp]];
  const answer = await ask(demo, 'POST', '/v1/interactions', {
    id: `till-7-${randomUUID()}`, account: 'acc_api', channel: 'in-store', type: 'purchase.made', direction: 'inbound', occurredAt: at(60).toISOString(),
    identities: [{ namespace: 'loyalty', value: customer.loyalty, verified: true }, ...vouched.map(([namespace, value]) => ({ namespace, value, verified: true }))],
    data: { order: 'A-1001', total: { amount: '129.00', currency: 'EUR' }, items: [{ sku: 'coat-l', name: 'Coat, large', quantity: 1 }] },
  });
  tell('in store', `she buys the larger coat with her loyalty card (interaction ${answer.interactionId.slice(0, 8)}); the till vouches for her address and both numbers`);
}

async function calls(demo, customer, tell) {
  const call = { CallSid: `CA${randomUUID().replaceAll('-', '')}`, AccountSid: 'AC00000000000000000000000000000000', From: customer.phone, To: demo.accounts.acc_phone.address, Direction: 'inbound' };
  must(await postCallStatus(demo, 'acc_phone', { ...call, CallStatus: 'ringing', SequenceNumber: '0', Timestamp: at(4).toUTCString() }), 'Twilio webhook');
  must(await postCallStatus(demo, 'acc_phone', { ...call, CallStatus: 'completed', SequenceNumber: '1', CallDuration: '61', Timestamp: at(3).toUTCString() }), 'Twilio webhook');
  tell('phone', 'she calls; whoever picks up knows all of the above');
}

/** Lives the day; the five identities it used. `tell(channel, what)` is called after each step. */
export async function liveTheDay(demo, customer, tell) {
  const { visitor, question } = await chats(demo, customer, tell);
  await agentAnswers(demo, { visitor, question }, tell);
  await writes(demo, customer, tell);
  await messages(demo, customer, tell);
  await buys(demo, customer, tell);
  await calls(demo, customer, tell);
  visitor.close();
  return [
    visitor.identity,
    { namespace: 'email', value: customer.email },
    { namespace: 'phone', value: customer.whatsapp },
    { namespace: 'loyalty', value: customer.loyalty },
    { namespace: 'phone', value: customer.phone },
  ];
}
