import { Controller, Inject } from '@nestjs/common';
import { OnGroup, type Message } from '@throughline/bus';
import { formatAccepted, mediaTypeOf, OWN_TYPES } from '@throughline/contracts';
import type { Runtime, SetAside } from '@throughline/platform';
import { Intake, type OpenInteraction } from './intake';
import { byTenant, openParts, type OpenedPart, type Unopenable } from './open-interactions';
import { RUNTIME } from './profile.tokens';

const ACCEPTED = mediaTypeOf('interactions');
/** Tenants of a batch taken in at the same time, each in a transaction of its own. */
const TENANTS_AT_ONCE = 4;

/** Takes every interaction accepted at any door into the log. */
@Controller()
export class InteractionsHandlers {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'vault' | 'blobs' | 'deadLetters'>,
    @Inject(Intake) private readonly intake: Pick<Intake, 'take'>,
  ) {}

  /** At least once: what the log knows already changes nothing, and what was set aside is set aside under the same id. */
  @OnGroup({ topic: 'interactions', group: 'profile', maxBatch: 1000 })
  async take(batch: readonly Message[]): Promise<void> {
    const tenants = [...byTenant(batch)];
    const lane = async () => {
      for (let next; (next = tenants.shift()); ) await this.takeOf(...next);
    };
    const lanes = Array.from({ length: TENANTS_AT_ONCE }, lane);
    // A failure is told when nothing is at work any more: the batch may come again at once.
    const failure = (await Promise.allSettled(lanes)).find((end) => end.status === 'rejected');
    if (failure) throw failure.reason;
  }

  private async takeOf(tenant: string, messages: readonly Message[]): Promise<void> {
    for await (const part of openParts(this.runtime.vault, this.runtime.blobs, tenant, messages)) await this.takeIn(part);
  }

  private async takeIn({ keys, interactions, unopenable }: OpenedPart): Promise<void> {
    // Doors refuse these, but what one took before it did may come for as long as the topic keeps it, or out of a dead letter.
    const { forged = [], others = [] } = Object.groupBy(interactions, ({ envelope }) => (OWN_TYPES.includes(envelope.type) ? 'forged' : 'others'));
    const { conflicts, refused } = await this.intake.take(keys, others);
    const letters = [...unopenable.map(letterOfUnopenable), ...forged.map(letterOfForgery), ...conflicts.map(letterOfConflict), ...refused.map(letterOfRefusal)];
    for (const letter of letters) await this.runtime.deadLetters.put(letter);
  }
}

const subject = (id: string, digest: Uint8Array) => `${id}|${Buffer.from(digest).toString('hex')}`;

const letterOfUnopenable = ({ tenant, account, id, raw, detail }: Unopenable): SetAside => ({
  ...{ tenant, account, interaction: id, cause: 'unopenable', detail, service: 'profile', raw, mediaType: ACCEPTED },
});

const letterOfConflict = (interaction: OpenInteraction) =>
  letterOf(interaction, 'conflict', 'An interaction with this id and another content came first and stands.');

const letterOfForgery = (interaction: OpenInteraction) => letterOf(interaction, 'rejected', 'Only the profile says so, of what it decided.');

const letterOfRefusal = (interaction: OpenInteraction) =>
  letterOf(interaction, 'rejected', 'The interaction names neither a customer nor a conversation.');

/** As it was on the bus: sealed as a whole, the dead letter outlives the epoch's key. */
function letterOf({ accepted, envelope, digest }: OpenInteraction, cause: string, detail: string): SetAside {
  const raw = Buffer.from(formatAccepted(accepted));
  const { tenant, account, id } = envelope;
  return { tenant, account, interaction: id, cause, detail, service: 'profile', raw, mediaType: ACCEPTED, subject: subject(id, digest) };
}
