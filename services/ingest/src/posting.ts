import { notFound, rejected, ThroughlineError, type FieldError, type Interaction } from '@throughline/contracts';
import { mayIngest, mayVouch, type Account, type Credential, type DoorOutcome, type Runtime } from '@throughline/platform';
import { checkPosted } from './check-posted';
import type { Posted } from './cloud-event';
import { toInteraction } from './to-interaction';

/** What became of one item: accepted for good, or why not. */
export type Outcome = { interactionId: string; warnings: FieldError[] } | { error: Error };

interface Checked {
  account: Account;
  interaction: Interaction;
  under: string;
}

/** Takes posted items to the bus: one publishing per account, so a thousand items cost little more than one. */
export class Posting {
  constructor(private readonly runtime: Pick<Runtime, 'directory' | 'door'>) {}

  /** Outcomes in the order of the items; a bad one hurts no other. Throws `unavailable` where nothing can be promised. */
  async post(caller: Credential, items: readonly (Posted | Error)[], trace?: string): Promise<Outcome[]> {
    const checked = await Promise.all(items.map((item) => this.check(caller, item)));
    const outcomes: Outcome[] = checked.map((item) => (item instanceof Error ? { error: item } : { error: new Error('not handed in') }));
    await Promise.all([...byAccount(checked)].map(([account, indices]) => this.handIn(caller, account, indices, checked, outcomes, trace)));
    return outcomes;
  }

  /** What is wrong with one item is that item's outcome; what is wrong with us concerns all. */
  private async check(caller: Credential, given: Posted | Error): Promise<Checked | Error> {
    try {
      return await this.admit(caller, given);
    } catch (error) {
      if (error instanceof ThroughlineError && error.kind !== 'unavailable') return error;
      throw error;
    }
  }

  private async admit(caller: Credential, given: Posted | Error): Promise<Checked> {
    if (given instanceof Error) throw given;
    const posted = checkPosted(given.item, given.under);
    const account = await this.runtime.directory.account(posted.account);
    if (account?.tenant !== caller.tenant) throw notFound('account-unknown', 'There is no such account.');
    if (!mayIngest(caller, account.id)) throw rejected('scope', 'The key may not post on this account.', { status: 403 });
    return { account, interaction: toInteraction(posted, account.channel), under: given.under };
  }

  private async handIn(caller: Credential, account: Account, indices: number[], checked: (Checked | Error)[], outcomes: Outcome[], trace?: string) {
    const items = indices.map((index) => checked[index] as Checked);
    const request = { account, provider: 'generic', service: 'ingest', mayVouch: (namespace: string) => mayVouch(caller, namespace), trace };
    const results = await this.runtime.door.accept(request, items.map(({ interaction }) => interaction));
    results.forEach((result, n) => (outcomes[indices[n]!] = toOutcome(result, items[n]!.under)));
  }
}

/** Indices of the items that may go in, by the account they are for. */
function byAccount(checked: readonly (Checked | Error)[]): Map<Account, number[]> {
  const indices = new Map<Account, number[]>();
  checked.forEach((item, index) => {
    if (item instanceof Error) return;
    const known = indices.get(item.account);
    if (known) known.push(index);
    else indices.set(item.account, [index]);
  });
  return indices;
}

function toOutcome(result: DoorOutcome, under: string): Outcome {
  const at = (errors: FieldError[]) => errors.map((error) => ({ ...error, pointer: under + error.pointer }));
  if (result.status === 'accepted') return { interactionId: result.interactionId, warnings: at(result.warnings) };
  return { error: rejected('interaction-refused', 'The interaction cannot be taken.', { errors: at(result.errors) }) };
}
