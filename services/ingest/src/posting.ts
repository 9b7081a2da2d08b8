import { notFound, rejected, ThroughlineError, type FieldError, type Interaction } from '@throughline/contracts';
import { mayIngest, mayVouch, type Account, type Credential, type DoorItem, type DoorOutcome, type DoorRequest, type Runtime } from '@throughline/platform';
import { checkPosted } from './check-posted';
import type { Posted } from './cloud-event';
import type { PostedInteraction } from './posted-interaction';
import { toInteraction } from './to-interaction';

/** What became of one item: accepted for good, or why not. */
export type Outcome = { interactionId: string; warnings: FieldError[] } | { error: Error };

/** An item that has the promised form, and where it stands among those posted. */
interface Formed {
  posted: PostedInteraction;
  under: string;
  place: number;
}

type Checked = DoorItem & Pick<Formed, 'under' | 'place'>;

/** Takes posted items to the bus: in one publishing, so a thousand items cost little more than one. */
export class Posting {
  constructor(private readonly runtime: Pick<Runtime, 'directory' | 'door'>) {}

  /** Outcomes in the order of the items; a bad one hurts no other. Throws `unavailable` where nothing can be promised. */
  async post(caller: Credential, items: readonly (Posted | Error)[], trace?: string): Promise<Outcome[]> {
    const outcomes = new Array<Outcome>(items.length);
    const formed = formedOf(items, outcomes);
    const requests = await this.requests(caller, formed, trace);
    const checked: Checked[] = [];
    for (const item of formed) {
      const request = requests.get(item.posted.account);
      const interaction = itsOwn(() => admitted(caller, item, request?.account));
      if (interaction instanceof Error) outcomes[item.place] = { error: interaction };
      else checked.push({ ...item, interaction, request: request! });
    }
    await this.handIn(caller, checked, outcomes);
    return outcomes;
  }

  /** How items of each account that they name come in. Each is asked for once. */
  private async requests(caller: Credential, items: readonly Formed[], trace: string | undefined): Promise<Map<string, DoorRequest>> {
    const named = [...new Set(items.map(({ posted }) => posted.account))];
    const accounts = await Promise.all(named.map((id) => this.runtime.directory.account(id)));
    const vouches = (namespace: string) => mayVouch(caller, namespace);
    const requestOf = (account: Account): DoorRequest => ({ account, provider: 'generic', service: 'ingest', mayVouch: vouches, trace });
    return new Map(accounts.flatMap((account) => (account ? [[account.id, requestOf(account)]] : [])));
  }

  private async handIn({ tenant }: Credential, items: readonly Checked[], outcomes: Outcome[]): Promise<void> {
    if (items.length === 0) return;
    const results = await this.runtime.door.acceptEach(tenant, items);
    for (const [index, { under, place }] of items.entries()) outcomes[place] = toOutcome(results[index]!, under);
  }
}

/** Those that have the form; of the others the outcome is told. */
function formedOf(items: readonly (Posted | Error)[], outcomes: Outcome[]): Formed[] {
  const formed: Formed[] = [];
  for (const [place, item] of items.entries()) {
    const one = item instanceof Error ? item : itsOwn(() => ({ posted: checkPosted(item.item, item.under), under: item.under, place }));
    if (one instanceof Error) outcomes[place] = { error: one };
    else formed.push(one);
  }
  return formed;
}

function admitted(caller: Credential, { posted }: Formed, account: Account | undefined): Interaction {
  if (account?.tenant !== caller.tenant) throw notFound('account-unknown', 'There is no such account.');
  if (!mayIngest(caller, account.id)) throw rejected('scope', 'The key may not post on this account.', { status: 403 });
  return toInteraction(posted, account.channel);
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
