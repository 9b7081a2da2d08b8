import { startForTest, type TestService } from '@throughline/platform/testing';
import { randomUUID } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { emailService } from './email.module';
import { SmtpListener } from './smtp-listener';

// The SMTP server shows a recipient's domain in Unicode, however the client wrote it: mail for a mailbox that an operator had registered by
// its ASCII name (`xn--...`, as clients and DNS write it) was refused with 550, for ever.

let service: TestService;
let port: number;

beforeAll(async () => {
  service = await startForTest(emailService);
  port = service.app.get(SmtpListener, { strict: false }).port;
  const tenant = randomUUID();
  await service.publish.tenant({ id: tenant, name: 'Test' });
  const account = { tenant, provider: 'smtp', channel: 'email' };
  await service.publish.account({ ...account, id: 'acc_ascii', address: 'support@xn--bcher-kva.example' });
  await service.publish.account({ ...account, id: 'acc_unicode', address: 'hilfe@müller.example' });
});
afterAll(() => service.close());

it.each(['support@xn--bcher-kva.example', 'Support+order7@bücher.example', 'hilfe@xn--mller-kva.example', 'hilfe@MÜLLER.example'])('takes mail for %s, whichever way its domain was registered', async (to) => {
  const transport = createTransport({ host: '127.0.0.1', port, tls: { rejectUnauthorized: false } });
  const sent = transport.sendMail({ from: 'kim@example.com', to, subject: 'Order', text: 'Where is it?' }).finally(() => transport.close());
  await expect(sent).resolves.toMatchObject({ accepted: [expect.anything()] });
});
