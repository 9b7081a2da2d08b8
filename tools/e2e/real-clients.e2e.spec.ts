import type { Browser } from 'playwright-core';
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { ask } from '../clients/api.mjs';
import { ChatVisitor, launch } from './chat-browser';
import { startEmbedded, type Product } from './product';
import { timelineOf, timelineWith } from './read-back';
import { chromium, curl, runProgram, swaks } from './real-program';

let product: Product;
beforeAll(async () => {
  product = await startEmbedded();
}, 300_000);
afterAll(() => product?.stop());

describe('swaks, the SMTP client of Debian', () => {
  const from = 'mei@customer.example';
  const attached = Buffer.from('Invoice 17\n129.00 EUR\n');
  let program: string;
  beforeAll(() => void (program = swaks()));

  const mail = (to: string, more: string[]) =>
    runProgram(program, ['--server', `${product.demo.smtp.host}:${product.demo.smtp.port}`, '--tls', '--from', from, '--to', to, ...more]);

  it('brings a mail with a Chinese subject and an attachment over STARTTLS', async () => {
    const file = join(product.folder, 'invoice.txt');
    writeFileSync(file, attached);
    const { code, output } = await mail('support@demo.example', ['--h-Subject', '关于发票的问题', '--body', '您好，我的发票有误。请更正。', '--attach', `@${file}`]);
    expect([output, code]).toEqual([expect.stringMatching(/TLS started with cipher TLSv1\.[23][\s\S]*<~ {2}250 2\.6\.0/), 0]);

    const [item, ...more] = await timelineWith(product.demo, 1, 'email', from);
    expect(more).toEqual([]);
    expect(item).toMatchObject({ type: 'message.received', channel: 'email', direction: 'inbound', source: { provider: 'smtp' } });
    expect(item!.content).toEqual({
      subject: '关于发票的问题',
      text: '您好，我的发票有误。请更正。',
      attachments: [{ name: 'invoice.txt', mediaType: 'text/plain', size: attached.length, sha256: createHash('sha256').update(attached).digest('hex') }],
    });
  });

  it('hears 550 for a mailbox that nobody has', async () => {
    const { code, output } = await mail('nobody@demo.example', ['--body', 'x']);
    expect([output, code]).toEqual([expect.stringContaining('<~* 550 5.1.1 No such mailbox here'), 24]);
  });
});

describe('Chromium, with the chat page', () => {
  let browser: Browser;
  let visitor: ChatVisitor;
  let identity: { namespace: string; value: string };
  beforeAll(async () => {
    browser = await launch(chromium());
    visitor = await ChatVisitor.open(browser, product.demo, 'acc_site');
    identity = await visitor.identity('acc_site');
  }, 120_000);
  afterAll(() => browser?.close());

  const said: string[] = [];
  const writes = async (text: string) => {
    said.push(`You: ${text}`);
    await visitor.write(text);
  };
  const items = (count: number) => timelineWith(product.demo, count, identity.namespace, identity.value);
  const answers = async (text: string) => {
    const [question] = await items(1);
    said.push(`We: ${text}`);
    await ask(product.demo, 'POST', '/v1/messages', { account: 'acc_site', inReplyTo: question!.id, content: { text }, agent: 'agent_7' });
  };

  it("acknowledges a visitor's message when it is durable", async () => {
    await writes('Hello, the coat I ordered is too small. Can I change it in the shop?');
    await visitor.acknowledged(1);
    expect((await items(1))[0]).toMatchObject({ type: 'message.received', channel: 'web-chat', content: { text: said[0]!.slice('You: '.length) } });
  });

  it("shows an agent's answer, and leaves alone what stands there already", async () => {
    const changes = await visitor.watchLines();
    await answers('Yes. Bring it to any shop within 30 days, we keep the larger size for you.');
    await visitor.shown('30 days');
    // A line that is made anew is read out again by screen readers.
    expect(await changes()).toBe(0);
  });

  it('loses and doubles nothing while it is offline, and keeps the order', async () => {
    await visitor.context.setOffline(true);
    await visitor.offline();
    await writes('Thank you! Is the one at the station open until eight today?');
    await writes('I still have the receipt.');
    await answers('The shop at the station is open until ten.');
    expect(await visitor.thread()).toEqual(said.slice(0, 4));

    await visitor.context.setOffline(false);
    await visitor.acknowledged(3);
    await visitor.shown('until ten');
    expect(await visitor.thread()).toEqual(said);

    // Besides what was said, one receipt for each answer.
    const all = await items(said.length + 2);
    const told = all.filter(({ type }) => type !== 'message.delivered').map(({ direction, content }) => `${direction === 'inbound' ? 'You' : 'We'}: ${content!.text}`);
    expect([told, all.length]).toEqual([said, said.length + 2]);
  });

  it('keeps the thread over a reload', async () => {
    if (process.env.TL_SCREENSHOT) await visitor.page.screenshot({ path: process.env.TL_SCREENSHOT });
    await visitor.page.reload();
    await visitor.connected();
    expect(await visitor.thread()).toEqual(said);
    await writes('See you later.');
    await visitor.acknowledged(4);
    expect(await visitor.identity('acc_site')).toEqual(identity);
    expect((await items(said.length + 2)).length).toBe(said.length + 2);
  });

  it('shows one thread in two tabs', async () => {
    const tab = await visitor.openTab();
    said.push('You: From my other tab.');
    await tab.write('From my other tab.');
    await tab.acknowledged(5);
    await visitor.acknowledged(5);
    await writes('And from this one.');
    await tab.acknowledged(6);
    await tab.page.reload();
    expect([await visitor.thread(), await tab.thread()]).toEqual([said, said]);
    expect(tab.errors).toEqual([]);
    await tab.page.close();
  });

  it.each([['light', 960], ['dark', 960], ['light', 360], ['dark', 360]] as const)('breaks no rule of WCAG A and AA, %s and %i pixels wide', async (colorScheme, width) => {
    await visitor.page.emulateMedia({ colorScheme });
    await visitor.page.setViewportSize({ width, height: 740 });
    expect(await visitor.violations()).toEqual([]);
    expect(await visitor.scrollsSideways()).toBe(false);
  });

  it('breaks none with an empty thread either, nor where it says that the site is unknown', async () => {
    const other = await ChatVisitor.open(browser, product.demo, 'acc_site');
    expect(await other.violations()).toEqual([]);
    await other.page.goto(`${product.url}/chat?site=nonsense`);
    await other.shown('There is no chat with this site key.');
    expect(await other.violations()).toEqual([]);
    await other.context.close();
  });

  it('ran without an error in the page', () => expect(visitor.errors).toEqual([]));
});

describe("curl, with a signature made by Twilio's own package", () => {
  let program: string;
  beforeAll(() => void (program = curl()));

  const caller = '+14155550123';
  const url = () => `${product.url}/v1/webhooks/twilio-voice/acc_phone`;
  const call = () => ({
    CallSid: `CA${randomUUID().replaceAll('-', '')}`, AccountSid: `AC${'0'.repeat(32)}`, From: caller, To: product.demo.accounts.acc_phone!.address!, CallStatus: 'completed',
    Direction: 'inbound', CallDuration: '61', SequenceNumber: '2', Timestamp: new Date().toUTCString(), CallerName: '李梅 & "co"',
  });
  const post = async (fields: Record<string, string>, authToken: string) => {
    const form = Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
    const signature = getExpectedTwilioSignature(authToken, url(), fields);
    return (await runProgram(program, ['-s', '--noproxy', '*', '-w', ' %{http_code}', '-H', `X-Twilio-Signature: ${signature}`, ...form, url()])).output;
  };

  it('is refused where it was made with another token, and nothing comes of it', async () => {
    expect(await post(call(), 'f'.repeat(32))).toMatch(/"type":"\/problems\/[a-z-]+".* 401$/);
  });

  it('is taken, and the call is in the timeline', async () => {
    const fields = call();
    expect(await post(fields, product.demo.accounts.acc_phone!.secret!)).toBe('<Response/> 200');
    await timelineWith(product.demo, 1, 'phone', caller);
    expect(await timelineOf(product.demo, 'phone', caller)).toMatchObject([
      { type: 'call.ended', channel: 'phone', direction: 'inbound', data: { durationMs: 61_000, status: 'completed' }, source: { provider: 'twilio-voice' } },
    ]);
  });
});
