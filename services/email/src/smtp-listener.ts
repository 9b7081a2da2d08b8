import { Logger } from '@nestjs/common';
import type { Account } from '@throughline/platform';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { MailDelivery } from './mail-delivery';
import type { TlsCertificate } from './tls-certificate';

/** What one client may ask for. */
export const SMTP_LIMITS = {
  /** Bytes of a mail, attachments encoded; announced as SIZE (RFC 1870). A bigger one is refused with 552 5.3.4. */
  mail: 25 * 1024 * 1024,
  recipients: 100,
  clients: 100,
  /** Bytes of mails being received or worked on at once; beyond it 451, the sender tries again. */
  inFlight: 256 * 1024 * 1024,
  /** ms without a byte (RFC 5321, section 4.5.3.2.7: at least five minutes). */
  idle: 5 * 60_000,
  /** ms from DATA to the mail's end, however slowly it trickles. */
  data: 10 * 60_000,
  /** ms that clients get to finish when we stop. */
  close: 5_000,
} as const;

export interface SmtpListenerOptions {
  port: number;
  host: string;
  /** Name in the greeting. */
  name: string;
  certificate: TlsCertificate;
  delivery: MailDelivery;
}

/** What the client must hear. */
class SmtpRefusal extends Error {
  constructor(readonly responseCode: number, text: string) {
    super(text);
  }
}

const tryLater = () => new SmtpRefusal(451, 'Temporarily unable to take mail, try again later');

/** Takes mail for known mailboxes from any client: no login, no relaying, STARTTLS offered, 250 only after all is durable. */
export class SmtpListener {
  private readonly log = new Logger('smtp');
  private readonly server: SMTPServer;
  private inFlight = 0;

  constructor(private readonly options: SmtpListenerOptions) {
    this.server = new SMTPServer(this.serverOptions());
    this.server.on('error', (error) => this.log.warn(`connection failed: ${(error as NodeJS.ErrnoException).code ?? error.name}`));
  }

  /** Resolves when it listens. Throws where the port is taken. */
  async listen(): Promise<void> {
    const listening = once(this.server.server, 'listening');
    this.server.listen(this.options.port, this.options.host);
    await listening;
  }

  /** The port it listens on. */
  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** Takes no new clients, gives the others `SMTP_LIMITS.close` ms. */
  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serverOptions(): SMTPServerOptions & { rejectOversized: boolean; maxRecipients: number } {
    return {
      ...this.options.certificate,
      name: this.options.name,
      banner: 'Throughline',
      disabledCommands: ['AUTH'],
      authOptional: true,
      disableReverseLookup: true,
      hideSMTPUTF8: false,
      hideENHANCEDSTATUSCODES: false,
      size: SMTP_LIMITS.mail,
      rejectOversized: true,
      maxClients: SMTP_LIMITS.clients,
      maxRecipients: SMTP_LIMITS.recipients,
      socketTimeout: SMTP_LIMITS.idle,
      closeTimeout: SMTP_LIMITS.close,
      logger: false,
      onRcptTo: (recipient, _, answer) => this.reply(this.knownMailbox(recipient), answer),
      onData: (stream, session, answer) => this.reply(this.take(stream, session), answer),
    };
  }

  private reply(work: Promise<void>, answer: (error?: Error | null) => void): void {
    work.then(
      () => answer(),
      (error: unknown) => answer(error instanceof SmtpRefusal ? error : this.surprise(error)),
    );
  }

  /** An error's text may quote the mail: only its kind is logged. */
  private surprise(error: unknown): SmtpRefusal {
    this.log.error(`mail not taken: ${(error as { slug?: string }).slug ?? (error as Error).name}`);
    return tryLater();
  }

  private async knownMailbox({ address }: SMTPServerAddress): Promise<void> {
    if (!(await this.options.delivery.mailbox(address))) throw new SmtpRefusal(550, 'No such mailbox here');
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const { mailFrom, rcptTo } = session.envelope;
    const held = { bytes: 0 };
    try {
      const raw = await this.receive(stream, session, held);
      if (stream.sizeExceeded) return;
      const found = await Promise.all(rcptTo.map(({ address }) => this.options.delivery.mailbox(address)));
      if (found.includes(undefined)) throw tryLater();
      const accounts = [...new Map(found.map((account) => [account!.id, account as Account])).values()];
      await this.options.delivery.deliver({ raw, accounts, nullSender: !mailFrom || mailFrom.address === '' });
    } finally {
      this.inFlight -= held.bytes;
    }
  }

  private hangUp({ id }: SMTPServerSession): void {
    for (const connection of this.server.connections) if (connection.id === id) connection.close();
  }

  /** The whole mail. What is over a limit is read to its end and dropped, so that the client hears the refusal. */
  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession, held: { bytes: number }): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let crowded = false;
    const late = setTimeout(() => this.hangUp(session), SMTP_LIMITS.data);
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        crowded ||= this.inFlight + chunk.length > SMTP_LIMITS.inFlight;
        if (crowded || stream.sizeExceeded) continue;
        this.inFlight += chunk.length;
        held.bytes += chunk.length;
        chunks.push(chunk);
      }
    } finally {
      clearTimeout(late);
    }
    if (crowded) throw tryLater();
    return Buffer.concat(chunks);
  }
}
