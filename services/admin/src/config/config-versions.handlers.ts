import { Controller } from '@nestjs/common';
import { OnBroadcast, type Message } from '@throughline/bus';
import { readConfigRecord } from '@throughline/platform';
import { configName, ownVersion } from './config-event';

/** The newest version of each thing that has come by on the topic `config`. */
export class ConfigVersions {
  private readonly newest = new Map<string, bigint>();

  /** The thing's own version; 0 where none has come by. @param name `<kind>/<id>` */
  of(name: string): bigint {
    return ownVersion(this.newest.get(name) ?? 0n);
  }

  see(name: string, published: bigint): void {
    if (published > (this.newest.get(name) ?? 0n)) this.newest.set(name, published);
  }

  take(batch: readonly Message[]): void {
    for (const { value } of batch) {
      const record = readConfigRecord(value);
      // A kind that a newer version of us has brought is not one that this process changes.
      if (record.value.case !== undefined) this.see(configName(record), record.version);
    }
  }
}

/** Watches what is published, so that a change that was overtaken by the next one is not waited for. */
@Controller()
export class ConfigVersionsHandlers {
  constructor(private readonly versions: ConfigVersions) {}

  @OnBroadcast({ topic: 'config' })
  async take(batch: readonly Message[]): Promise<void> {
    this.versions.take(batch);
  }
}
