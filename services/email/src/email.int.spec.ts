import { fromBinary } from '@bufbuild/protobuf';
import type { Message } from '@throughline/bus';
import { DeadLetterSchema, interactionId, unavailable, type Body, type DeadLetter } from '@throughline/contracts';
import { openBlob, type AcceptedEvent } from '@throughline/platform';
import { acceptedEvents, startForTest, until, type TestService } from '@throughline/platform/testing';
import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { MAIL_LIMITS } from './bounded-parser';
import { emailService } from './email.module';
import { SMTP_LIMITS, SmtpListener } from './smtp-listener';

const tenantA = randomUUID();
const tenantB = randomUUID();
const accounts = [
  { id: 'acc_email', tenant: tenantA, address: 'support@demo.example' },
  { id: 'acc_sales', tenant: tenantA, address: 'sales@demo.example' },
  { id: 'acc_other', tenant: tenantB, address: 'help@other.example' },
];

let service: TestService;
let port: number;
const seen: AcceptedEvent[] = [];
const deadLetters: DeadLetter[] = [];

beforeAll(async () => {
  service = await startForTest(emailService);
  port = service.app.get(SmtpListener, { strict: false }).port;
  for (const id of [tenantA, tenantB]) await service.publish.tenant({ id, name: 'Test' });
  for (const account of accounts) await service.publish.account({ ...account, provider: 'smtp', channel: 'email' });
  const { bus } = service.runtime;
  await bus.broadcast({ topic: 'interactions', handle: async (batch: readonly Message[]) => void seen.push(...(await acceptedEvents(service.runtime, batch))) });
  await bus.broadcast({ topic: 'dead-letters', handle: async (batch: readonly Message[]) => void deadLetters.push(...batch.map(({ value }) => fromBinary(DeadLetterSchema, value))) });
});

afterAll(() => service.close());
beforeEach(() => {
  seen.length = 0;
  deadLetters.length = 0;
});
afterEach(() => jest.restoreAllMocks());

const send = (mail: SendMailOptions) => {
  const transport = createTransport({ host: '127.0.0.1', port, requireTLS: true, tls: { rejectUnauthorized: false } });
  return transport.sendMail({ from: 'kim@example.com', subject: 'Order', text: 'Where is it?', ...mail }).finally(() => transport.close());
};

const idOf = (account: string, messageId: string) => {
  const { id, tenant, address } = accounts.find((one) => one.id === account)!;
  return interactionId(tenant, id, 'message', [messageId, address]);
};

const bodyOf = ({ body }: AcceptedEvent): Body => body;

/** A client that says one line at a time and reads one answer at a time, as by hand. */
async function telnet() {
  const socket = connect(port, '127.0.0.1');
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const { value } = (await lines.next()) as { value: string };
    return /^\d{3}-/.test(value) ? answer() : value;
  };
  await answer();
  return { say: (line: string) => (socket.write(`${line}\r\n`), answer()), write: (text: string) => socket.write(text), answer, end: () => socket.destroy() };
}

async function upToData(recipient = 'support@demo.example', sender = 'kim@example.com') {
  const client = await telnet();
  await client.say('EHLO client.example');
  await client.say(`MAIL FROM:<${sender}>`);
  await client.say(`RCPT TO:<${recipient}>`);
  await client.say('DATA');
  return client;
}

const wire = (id: string, rest = 'Where is it?') => `From: kim@example.com\r\nMessage-ID: <${id}>\r\nSubject: Order\r\n\r\n${rest}\r\n.`;

describe('mail for us', () => {
  it('comes in over STARTTLS as an interaction of its mailbox', async () => {
    await send({ to: 'support@demo.example', messageId: '<tls@example.com>', html: '<p>Where is it?</p>' });
    await until(() => seen.length === 1);
    expect(seen[0]!.envelope).toMatchObject({ id: idOf('acc_email', 'tls@example.com'), type: 'message.received', account: 'acc_email', channel: 'email', provider: 'smtp' });
    const body = bodyOf(seen[0]!);
    expect(body.identities).toMatchObject([{ namespace: 'email', value: 'kim@example.com', verified: false }]);
    expect(body.content).toMatchObject({ subject: 'Order', text: 'Where is it?', html: '<p>Where is it?</p>' });
  });

  it('is one interaction for each account, whichever tenant it belongs to', async () => {
    await send({ to: ['support@demo.example', 'SALES@demo.example', 'help@other.example', 'support+order7@demo.example'], messageId: '<many@example.com>' });
    await until(() => seen.length >= 3);
    const expected = ['acc_email', 'acc_sales', 'acc_other'].map((account) => idOf(account, 'many@example.com'));
    expect(seen.map(({ envelope }) => envelope!.id).sort()).toEqual(expected.sort());
    expect(seen.find(({ envelope }) => envelope!.account === 'acc_other')!.envelope!.tenant).toBe(tenantB);
  });

  it('is the same interaction when it is sent again', async () => {
    for (const _ of [1, 2]) await send({ to: 'support@demo.example', messageId: '<twice@example.com>', date: new Date(0), attachments: [{ filename: 'a.txt', content: 'a' }] });
    await until(() => seen.length === 2);
    expect(new Set(seen.map(({ envelope }) => envelope!.id)).size).toBe(1);
    expect(new Set(seen.map(({ digest }) => Buffer.from(digest).toString('hex'))).size).toBe(1);
  });

  it('is kept whole, sealed, where it has attachments', async () => {
    await send({ to: 'support@demo.example', messageId: '<file@example.com>', attachments: [{ filename: 'a.txt', content: 'contents' }] });
    await until(() => seen.length === 1);
    const body = bodyOf(seen[0]!);
    expect(body.content!.attachments).toMatchObject([{ name: 'a.txt', mediaType: 'text/plain', size: 8n }]);
    const raw = await openBlob(await service.runtime.vault.forTenant(tenantA), service.runtime.blobs, body.rawBlob, body.rawBlob);
    expect(raw.toString()).toContain('Message-ID: <file@example.com>');
  });

  it('may have an empty reverse path, as bounces do', async () => {
    const client = await upToData('support@demo.example', '');
    expect(await client.say(wire('bounce@example.com'))).toMatch(/^250 /);
    client.end();
    await until(() => seen.length === 1);
    expect(JSON.parse(Buffer.from(bodyOf(seen[0]!).data).toString())).toEqual({ nullSender: true });
  });
});

describe('mail that is not for us', () => {
  it('is refused recipient by recipient', async () => {
    const client = await telnet();
    await client.say('EHLO client.example');
    await client.say('MAIL FROM:<kim@example.com>');
    expect(await client.say('RCPT TO:<nobody@demo.example>')).toMatch(/^550 5\.1\.1 /);
    expect(await client.say('RCPT TO:<kim@elsewhere.example>')).toMatch(/^550 5\.1\.1 /);
    expect(await client.say('RCPT TO:<Support@demo.example>')).toMatch(/^250 /);
    expect(await client.say('AUTH PLAIN AGEAYg==')).toMatch(/^5/);
    client.end();
  });
});

describe('the answer after DATA', () => {
  it('comes only when all interactions are durable', async () => {
    const { door } = service.runtime;
    const accept = door.accept.bind(door);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const asked = jest.spyOn(door, 'accept').mockImplementation(async (...call) => (await held, accept(...call)));
    const client = await upToData();
    let answered = '';
    const answer = client.say(wire('held@example.com')).then((line) => (answered = line));
    await until(() => asked.mock.calls.length === 1);
    expect([answered, seen.length]).toEqual(['', 0]);
    release();
    expect(await answer).toMatch(/^250 /);
    client.end();
    await until(() => seen.length === 1);
  });

  it('asks the client to try again while the bus is away', async () => {
    jest.spyOn(service.runtime.bus, 'publish').mockRejectedValue(unavailable('bus-unavailable', 'away'));
    const client = await upToData();
    expect(await client.say(wire('away@example.com'))).toMatch(/^451 4\.3\.0 /);
    jest.restoreAllMocks();
    await client.say('MAIL FROM:<kim@example.com>');
    await client.say('RCPT TO:<support@demo.example>');
    await client.say('DATA');
    expect(await client.say(wire('away@example.com'))).toMatch(/^250 /);
    client.end();
    await until(() => seen.length === 1);
  });

  it('asks the client to try again where one of two accounts failed', async () => {
    const { door } = service.runtime;
    const accept = door.accept.bind(door);
    jest.spyOn(door, 'accept').mockImplementation((request, ...rest) => (request.account.id === 'acc_sales' ? Promise.reject(unavailable('bus-unavailable', 'away')) : accept(request, ...rest)));
    await expect(send({ to: ['support@demo.example', 'sales@demo.example'], messageId: '<half@example.com>' })).rejects.toMatchObject({ responseCode: 451 });
    await until(() => seen.length === 1);
  });
});

describe('mail that is too much', () => {
  it('is refused by its announced size before it is sent', async () => {
    const client = await telnet();
    expect(await client.say('EHLO client.example')).toBeDefined();
    expect(await client.say(`MAIL FROM:<kim@example.com> SIZE=${SMTP_LIMITS.mail + 1}`)).toMatch(/^552 5\.3\.4 /);
    client.end();
  });

  it('is refused by its true size, whatever was announced', async () => {
    const client = await upToData();
    client.write('From: kim@example.com\r\n\r\n');
    const line = `${'x'.repeat(998)}\r\n`.repeat(1024);
    for (let sent = 0; sent <= SMTP_LIMITS.mail; sent += line.length) client.write(line);
    expect(await client.say('.')).toMatch(/^552 5\.3\.4 /);
    expect(seen).toEqual([]);
    client.end();
  });
});

describe('mail that cannot be read', () => {
  const bombs: [string, string][] = [
    ['has nobody as its author', 'Subject: x\r\n\r\nx'],
    ['is made of countless parts', `From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${'--x\r\n\r\n'.repeat(MAIL_LIMITS.parts * 100)}`],
    ['has a header without end', `From: a@b.example\r\nTo: ${'a@b.example,\r\n '.repeat(MAIL_LIMITS.header / 8)}\r\n\r\nx`],
  ];

  it.each(bombs)('is taken and kept as a dead letter: it %s', async (_, raw) => {
    const client = await upToData();
    expect(await client.say(`${raw}\r\n.`)).toMatch(/^250 /);
    client.end();
    await until(() => deadLetters.length === 1);
    expect(deadLetters[0]).toMatchObject({ tenant: tenantA, account: 'acc_email', cause: 'unparsable', service: 'email', mediaType: 'message/rfc822' });
    expect(seen).toEqual([]);
  });
});

describe('the certificate', () => {
  it('is made once and kept where only we can read it', async () => {
    const folder = join(service.runtime.config.dataDir, 'smtp');
    expect(await readFile(join(folder, 'cert.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
    expect((await stat(join(folder, 'key.pem'))).mode & 0o777).toBe(0o600);
  });
});
