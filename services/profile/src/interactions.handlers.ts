import { create, toBinary } from '@bufbuild/protobuf';
import { Controller, Inject } from '@nestjs/common';
import { OnGroup, type Message } from '@throughline/bus';
import { mediaTypeOf, RecordSchema } from '@throughline/contracts';
import type { Runtime, SetAside } from '@throughline/platform';
import { Intake, type OpenInteraction } from './intake';
import { openBatch, type Unopenable } from './open-interactions';
import { RUNTIME } from './profile.tokens';

const RECORD = mediaTypeOf('interactions');

/** Takes every interaction accepted at any door into the log. */
@Controller()
export class InteractionsHandlers {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'vault' | 'blobs' | 'deadLetters'>,
    private readonly intake: Intake,
  ) {}

  /** At least once: what the log knows already changes nothing, and what was set aside is set aside under the same id. */
  @OnGroup({ topic: 'interactions', group: 'profile' })
  async take(batch: readonly Message[]): Promise<void> {
    for await (const { keys, interactions, unopenable } of openBatch(this.runtime.vault, this.runtime.blobs, batch)) {
      const { conflicts, refused } = await this.intake.take(keys, interactions);
      const letters = [...unopenable.map(letterOfUnopenable), ...conflicts.map(letterOfConflict), ...refused.map(letterOfRefusal)];
      for (const letter of letters) await this.runtime.deadLetters.put(letter);
    }
  }
}

const subject = (id: string, digest: Uint8Array) => `${id}|${Buffer.from(digest).toString('hex')}`;

const letterOfUnopenable = ({ envelope, raw, detail }: Unopenable): SetAside => ({
  tenant: envelope.tenant,
  account: envelope.account,
  interaction: envelope.id,
  cause: 'unopenable',
  detail,
  service: 'profile',
  raw,
  mediaType: RECORD,
});

const letterOfConflict = (interaction: OpenInteraction) =>
  letterOf(interaction, 'conflict', 'An interaction with this id and another content came first and stands.');

const letterOfRefusal = (interaction: OpenInteraction) =>
  letterOf(interaction, 'rejected', 'The interaction names neither a customer nor a conversation.');

/** Its body lies open in the record, since the dead letter is sealed as a whole and outlives the epoch's key. */
function letterOf({ envelope, digest, plain }: OpenInteraction, cause: string, detail: string): SetAside {
  const raw = toBinary(RecordSchema, create(RecordSchema, { envelope, digest, body: { keyId: '', box: plain } }));
  const { tenant, account, id } = envelope;
  return { tenant, account, interaction: id, cause, detail, service: 'profile', raw, mediaType: RECORD, subject: subject(id, digest) };
}
