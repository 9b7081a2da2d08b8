import { notFound, rejected, ThroughlineError, type FieldError, type Interaction } from '@throughline/contracts';
import { mayIngest, mayVouch, type Account, type Credential, type DoorOutcome, type Runtime } from '@throughline/platform';
import { checkPosted } from './check-posted';
import type { Posted } from './cloud-event';
import type { PostedInteraction } from './posted-interaction';
import { toInteraction } from './to-interaction';

/** What became of one item: accepted for good, or why not. */
export type Outcome = { interactionId: string; warnings: FieldError[] } | { error: Error };

interface Checked {
  account: Account;
  interaction: Interaction;
  under: string;
}

type Formed = { posted: PostedInteraction; under: string };

/** Takes posted items to the bus: one publishing per account, so a thousand items cost little more than one. */
export class Posting {
  constructor(private readonly runtime: Pick<Runtime, 'directory' | 'door'>) {}

  /** Outcomes in the order of the items; a bad one hurts no other. Throws `unavailable` where nothing can be promised. */
  async post(caller: Credential, items: readonly (Posted | Error)[], trace?: string): Promise<Outcome[]> {
    const formed = items.map((item) => (item instanceof Error ? item : itsOwn(() => form(item))));
    const accounts = await this.accounts(formed);
    const checked = formed.map((item) => (item instanceof Error ? item : itsOwn(() => admitted(caller, item, accounts))));
    const good = checked.filter((item): item is Checked => !(item instanceof Error));
    const outcomes = new Map<Checked, Outcome>();
    const handIn = async (own: readonly Checked[]) => (await this.handIn(caller, own, trace)).forEach((outcome, index) => outcomes.set(own[index]!, outcome));
    await Promise.all([...Map.groupBy(good, ({ account }) => account).values()].map(handIn));
    return checked.map((item) => (item instanceof Error ? { error: item } : outcomes.get(item)!));
  }

  /** Each account is asked for once, however many items name it. */
  private async accounts(formed: readonly (Formed | Error)[]): Promise<Map<string, Account | undefined>> {
    const ids = new Set<string>();
    for (const item of formed) if (!(item instanceof Error)) ids.add(item.posted.account);
    return new Map(await Promise.all([...ids].map(async (id) => [id, await this.runtime.directory.account(id)] as const)));
  }

  /** Items of one account; outcomes in their order. */
  private async handIn(caller: Credential, items: readonly Checked[], trace?: string): Promise<Outcome[]> {
    const request = { account: items[0]!.account, provider: 'generic', service: 'ingest', mayVouch: (namespace: string) => mayVouch(caller, namespace), trace };
    const results = await this.runtime.door.accept(request, items.map(({ interaction }) => interaction));
    return items.map(({ under }, index) => toOutcome(results[index]!, under));
  }
}

const form = ({ item, under }: Posted): Formed => ({ posted: checkPosted(item, under), under });

function admitted(caller: Credential, { posted, under }: Formed, accounts: ReadonlyMap<string, Account | undefined>): Checked {
  const account = accounts.get(posted.account);
  if (account?.tenant !== caller.tenant) throw notFound('account-unknown', 'There is no such account.');
  if (!mayIngest(caller, account.id)) throw rejected('scope', 'The key may not post on this account.', { status: 403 });
  return { account, interaction: toInteraction(posted, account.channel), under };
}

/** What is wrong with one item is that item's outcome; what is wrong with us concerns all. */
function itsOwn<T>(check: () => T): T | Error {
  try {
    return check();
  } catch (error) {
    if (error instanceof ThroughlineError && error.kind !== 'unavailable') return error;
    throw error;
  }
}

function toOutcome(result: DoorOutcome, under: string): Outcome {
  const at = (errors: FieldError[]) => errors.map((error) => ({ ...error, pointer: under + error.pointer }));
  if (result.status === 'accepted') return { interactionId: result.interactionId, warnings: at(result.warnings) };
  return { error: rejected('interaction-refused', 'The interaction cannot be taken.', { errors: at(result.errors) }) };
}
