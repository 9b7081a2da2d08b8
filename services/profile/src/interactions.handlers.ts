import { Controller, Inject } from '@nestjs/common';
import { OnGroup, type Message } from '@throughline/bus';
import { formatAccepted, mediaTypeOf } from '@throughline/contracts';
import type { Runtime, SetAside } from '@throughline/platform';
import type { OpenInteraction } from './intake';
import { JoinedIntake } from './joined-intake';
import { openBatch, type Unopenable } from './open-interactions';
import { RUNTIME } from './profile.tokens';

const ACCEPTED = mediaTypeOf('interactions');

/** Takes every interaction accepted at any door into the log. */
@Controller()
export class InteractionsHandlers {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'vault' | 'blobs' | 'deadLetters'>,
    @Inject(JoinedIntake) private readonly intake: Pick<JoinedIntake, 'take'>,
  ) {}

  /** At least once: what the log knows already changes nothing, and what was set aside is set aside under the same id. */
  @OnGroup({ topic: 'interactions', group: 'profile', maxBatch: 1000 })
  async take(batch: readonly Message[]): Promise<void> {
    for await (const { keys, interactions, unopenable } of openBatch(this.runtime.vault, this.runtime.blobs, batch)) {
      const { conflicts, refused } = await this.intake.take(keys, interactions);
      const letters = [...unopenable.map(letterOfUnopenable), ...conflicts.map(letterOfConflict), ...refused.map(letterOfRefusal)];
      for (const letter of letters) await this.runtime.deadLetters.put(letter);
    }
  }
}

const subject = (id: string, digest: Uint8Array) => `${id}|${Buffer.from(digest).toString('hex')}`;

const letterOfUnopenable = ({ tenant, account, id, raw, detail }: Unopenable): SetAside => ({
  ...{ tenant, account, interaction: id, cause: 'unopenable', detail, service: 'profile', raw, mediaType: ACCEPTED },
});

const letterOfConflict = (interaction: OpenInteraction) =>
  letterOf(interaction, 'conflict', 'An interaction with this id and another content came first and stands.');

const letterOfRefusal = (interaction: OpenInteraction) =>
  letterOf(interaction, 'rejected', 'The interaction names neither a customer nor a conversation.');

/** As it was on the bus: sealed as a whole, the dead letter outlives the epoch's key. */
function letterOf({ accepted, envelope, digest }: OpenInteraction, cause: string, detail: string): SetAside {
  const raw = Buffer.from(formatAccepted(accepted));
  const { tenant, account, id } = envelope;
  return { tenant, account, interaction: id, cause, detail, service: 'profile', raw, mediaType: ACCEPTED, subject: subject(id, digest) };
}
