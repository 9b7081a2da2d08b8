import { isRejected, rejected } from '@throughline/contracts';
import type { Account, Redriven, Runtime, SetAside } from '@throughline/platform';
import { createHash } from 'node:crypto';
import { domainToASCII, domainToUnicode } from 'node:url';
import { parseMail, UnparsableMail, type ParsedMail } from './bounded-parser';
import { interactionOf } from './mail.adapter';

export interface Delivery {
  raw: Buffer;
  /** Whose mailboxes it goes to; each account once. */
  accounts: readonly Account[];
  nullSender: boolean;
}

/** Brings a received mail onto the bus, once for each account it was addressed to. */
export class MailDelivery {
  constructor(private readonly runtime: Pick<Runtime, 'directory' | 'door' | 'deadLetters' | 'clock'>) {}

  /** The account whose mailbox this is, `+tag` set aside (RFC 5233). Throws `unavailable` where its secrets cannot be opened now. */
  async mailbox(address: string): Promise<Account | undefined> {
    const named = address.toLowerCase();
    const plain = named.replace(/\+[^@]*@/, '@');
    for (const spelling of new Set([named, plain].flatMap(spellings))) {
      const account = await this.runtime.directory.accountByAddress('smtp', spelling);
      if (account) return account;
    }
    return undefined;
  }

  /** Resolves when all of it is durable, as interactions or as dead letters. Throws `unavailable` otherwise: the same mail sent again has no second effect. */
  async deliver(delivery: Delivery): Promise<void> {
    const mail = await parsed(delivery.raw);
    const rawSha256 = createHash('sha256').update(delivery.raw).digest('hex');
    const blobs = mail instanceof UnparsableMail ? new Map<string, string>() : await this.keepRaw(delivery, mail);
    await Promise.all(delivery.accounts.map((account) => this.deliverTo(account, delivery, mail, { rawSha256, rawBlob: blobs.get(account.tenant) })));
  }

  /** A mail that was set aside, once more. Throws `rejected` (`unknown-account`) where its account is gone. */
  async redrive({ account: id, raw }: Redriven): Promise<void> {
    const account = await this.runtime.directory.account(id);
    if (!account) throw rejected('unknown-account', 'The account of the mail is gone.');
    await this.deliver({ raw, accounts: [account], nullSender: false });
  }

  /** Attachments stay in the raw mail, and so does what the limits left out. */
  private async keepRaw({ raw, accounts }: Delivery, mail: ParsedMail): Promise<Map<string, string>> {
    if (mail.attachments.length === 0 && !mail.incomplete) return new Map();
    const tenants = [...new Set(accounts.map(({ tenant }) => tenant))];
    return new Map(await Promise.all(tenants.map(async (tenant) => [tenant, await this.runtime.door.keepRaw(tenant, raw)] as const)));
  }

  private async deliverTo(account: Account, { raw, nullSender }: Delivery, mail: ParsedMail | UnparsableMail, kept: { rawSha256: string; rawBlob?: string }): Promise<void> {
    const aside = (cause: string, detail: string) => this.setAside(account, raw, { cause, detail, subject: `${kept.rawSha256}|${account.id}` });
    try {
      if (mail instanceof UnparsableMail) throw mail;
      const interaction = interactionOf(mail, { ...kept, mailbox: account.address.toLowerCase(), nullSender, receivedAt: this.runtime.clock() });
      const [outcome] = await this.runtime.door.accept({ account, provider: 'smtp', channel: 'email', service: 'email', mayVouch: () => false }, [interaction]);
      if (outcome?.status === 'rejected') await aside('rejected', outcome.errors.map(({ pointer, code }) => `${pointer} ${code}`).join(', '));
    } catch (error) {
      if (error instanceof UnparsableMail) await aside('unparsable', error.message);
      else if (isRejected(error)) await aside('rejected', error.message);
      else throw error;
    }
  }

  private async setAside(account: Account, raw: Buffer, why: Pick<SetAside, 'cause' | 'detail' | 'subject'>): Promise<void> {
    await this.runtime.deadLetters.put({ ...why, tenant: account.tenant, account: account.id, service: 'email', raw, mediaType: 'message/rfc822' });
  }
}

/** An operator may have written the domain in Unicode or in ASCII (`xn--`), and the SMTP server shows it in Unicode whatever the client wrote. */
function spellings(address: string): string[] {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  return [domain, domainToUnicode(domain), domainToASCII(domain)].map((each) => address.slice(0, at) + each);
}

/** A mail that cannot be read is a value here: it is kept all the same. */
const parsed = (raw: Buffer): Promise<ParsedMail | UnparsableMail> =>
  parseMail(raw).catch((error: unknown) => {
    if (error instanceof UnparsableMail) return error;
    throw error;
  });
