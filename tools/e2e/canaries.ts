import { randomBytes, randomUUID } from 'node:crypto';
import { ask, call, lookup } from '../clients/api.mjs';
import { openChat } from '../clients/chat.mjs';
import { openMail } from '../clients/mail.mjs';
import { postCallStatus, signForm } from '../clients/twilio.mjs';
import { postWhatsApp, textMessages } from '../clients/whatsapp.mjs';
import { until, type DemoFile } from './product';

/** Texts that must lie nowhere in plain. Lower case and letters only, so that no normaliser changes them. */
class Canaries {
  readonly texts: string[] = [];

  next(): string {
    const text = `canary${randomBytes(12).toString('hex').replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)]!)}`;
    this.texts.push(text);
    return text;
  }

  /** A phone number of the fictional 555-01 range would be too short to be found by chance only; these have 14 digits. */
  nextPhone(): string {
    const number = `+49151${String(Math.floor(Math.random() * 1e8)).padStart(8, '1')}`;
    this.texts.push(number.slice(1));
    return number;
  }
}

async function generic(demo: DemoFile, canary: Canaries): Promise<void> {
  const item = (more: object) => ({
    id: `c-${canary.next()}`, account: 'acc_api', type: 'complaint.made', direction: 'inbound', occurredAt: new Date().toISOString(),
    identities: [{ namespace: 'loyalty', value: canary.next(), verified: true }, { namespace: 'email', value: `${canary.next()}@customer.example`, verified: true }, { namespace: 'phone', value: canary.nextPhone() }],
    conversation: canary.next(), content: { text: canary.next(), subject: canary.next(), attachments: [{ name: canary.next(), mediaType: 'text/plain', size: 1 }] },
    data: { profileName: canary.next() }, agent: canary.next(), ...more,
  });
  const first = item({});
  await ask(demo, 'POST', '/v1/interactions', first);
  await ask(demo, 'POST', '/v1/interactions', { ...first, content: { text: canary.next() } }); // same id, other content: a conflict
  await ask(demo, 'POST', '/v1/interactions/batch', { interactions: [item({}), { broken: canary.next() }] });
  await ask(demo, 'POST', '/v1/interactions', item({ content: { text: `${canary.next()} ${'x'.repeat(300_000)}` } })); // over 256 KiB: a blob
  await call(demo, 'POST', '/v1/interactions', { nonsense: canary.next() });
  await call(demo, 'GET', `/v1/customers?identity=email:${canary.next()}@customer.example`);
}

async function phoneAndSocial(demo: DemoFile, canary: Canaries): Promise<void> {
  const fields = { CallSid: `CA${canary.next()}`, AccountSid: 'AC0', From: canary.nextPhone(), To: demo.accounts.acc_phone!.address!, CallStatus: 'ringing', Direction: 'inbound', CallerName: canary.next() };
  await postCallStatus(demo, 'acc_phone', fields);
  await postCallStatus(demo, 'acc_phone', { Nonsense: canary.next() }); // authentic, not to be understood
  const at = new Date();
  await postWhatsApp(demo, 'acc_whatsapp', textMessages(demo.accounts.acc_whatsapp!.address!, canary.nextPhone().slice(1), canary.next(), [{ id: `wamid.${canary.next()}`, text: canary.next(), at }]));
  await postWhatsApp(demo, 'acc_whatsapp', { object: canary.next() });
  await fetch(`${demo.publicUrl}/v1/webhooks/twilio-voice/acc_phone`, { method: 'POST', headers: { 'x-twilio-signature': signForm('x', {}, 'wrong') }, body: new URLSearchParams({ From: canary.next() }) });
}

async function email(demo: DemoFile, canary: Canaries): Promise<void> {
  const mail = openMail(demo);
  const to = demo.accounts.acc_email!.address!;
  await mail.sendMail({ from: { name: canary.next(), address: `${canary.next()}@customer.example` }, to, cc: `${canary.next()}@other.example`, subject: canary.next(), text: canary.next(), attachments: [{ filename: `${canary.next()}.txt`, content: canary.next() }] });
  await mail.sendMail({ from: `${canary.next()}@customer.example`, to, html: `<p>${canary.next()}</p>` });
  await mail.sendMail({ envelope: { from: 'a@b.example', to }, raw: `X-Nonsense: ${canary.next()}\r\n\r\n${canary.next()}` }); // nobody wrote it
  await mail.sendMail({ from: 'a@b.example', to: `${canary.next()}@unknown.example`, text: 'x' }).catch(() => undefined);
  mail.close();
}

async function webChat(demo: DemoFile, canary: Canaries): Promise<void> {
  const visitor = await openChat(demo, 'acc_site');
  await visitor.send({ id: randomUUID(), text: canary.next(), at: new Date().toISOString() });
  await visitor.identify('email', `${canary.next()}@customer.example`);
  const { namespace, value } = visitor.identity;
  const found = await until<{ customerId: string } | undefined>(() => lookup(demo, namespace, value), Boolean);
  const { items } = await ask(demo, 'GET', `/v1/customers/${found!.customerId}/timeline`);
  await ask(demo, 'POST', '/v1/messages', { account: 'acc_site', inReplyTo: items[0].id, content: { text: canary.next() }, agent: canary.next() });
  await visitor.received(1);
  visitor.close();
}

async function adminDoor(demo: DemoFile, canary: Canaries): Promise<void> {
  const account = { id: `acc_${canary.next()}`.slice(0, 20), provider: 'whatsapp', channel: 'social', address: '99', secrets: { secret: canary.next(), verifyToken: canary.next() } };
  await call(demo, 'POST', '/v1/channel-accounts', account);
}

/** Sends canaries by every door, good input and bad; the texts sent. */
export async function sendCanaries(demo: DemoFile): Promise<string[]> {
  const canary = new Canaries();
  for (const door of [generic, phoneAndSocial, email, webChat, adminDoor]) await door(demo, canary);
  return canary.texts;
}
