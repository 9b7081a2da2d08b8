import { Controller } from '@nestjs/common';
import { OnGroup, type Message } from '@throughline/bus';
import { DeadLetters } from './dead-letters';
import { readDeadLetter } from './read-dead-letter';

/** Keeps what any service has set aside. */
@Controller()
export class DeadLettersHandlers {
  constructor(private readonly letters: DeadLetters) {}

  /** At least once: what is kept already stays as it is. */
  @OnGroup({ topic: 'dead-letters', group: 'admin' })
  async take(batch: readonly Message[]): Promise<void> {
    await this.letters.table.keep(batch.map(({ value }) => readDeadLetter(value)));
  }
}
