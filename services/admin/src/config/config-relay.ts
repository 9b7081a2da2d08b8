import { toBinary } from '@bufbuild/protobuf';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { ConfigRecordSchema, isRejected, type ConfigRecord, type ThroughlineError } from '@throughline/contracts';
import type { LogHandler, StoredEvent } from '@throughline/event-store';
import { isKeysMissing, type Vault } from '@throughline/vault';
import { configName, openConfigEvent, publishedVersion } from './config-event';

export interface ConfigRelayParts {
  bus: Pick<Bus, 'publish'>;
  vault: Pick<Vault, 'forTenant'>;
  /** Hears of each event that does not open, which holds up nobody else's: for good (`rejected`), or since the keys of its tenant are missing. */
  onUnopenable: (event: StoredEvent, error: ThroughlineError) => void;
}

/** Publishes admin's log on the topic `config`, in log order: the newest record of a thing is what the topic keeps. */
export function configRelay(parts: ConfigRelayParts): LogHandler {
  return async (events) => {
    const records = await Promise.all(events.map((event) => recordOf(parts, event)));
    const messages = records.flatMap((record) => (record ? [message(record)] : []));
    if (messages.length > 0) await parts.bus.publish('config', messages);
  };
}

/** What an event says, as it is published; undefined where it does not open. Throws where no tenant's would. */
export async function recordOf({ vault, onUnopenable }: Omit<ConfigRelayParts, 'bus'>, event: StoredEvent): Promise<ConfigRecord | undefined> {
  try {
    const record = await openConfigEvent(await vault.forTenant(event.tenant), event);
    return { ...record, version: publishedVersion(event.position, record.version) };
  } catch (error) {
    if (!isRejected(error) && !isKeysMissing(error)) throw error;
    onUnopenable(event, error);
    return undefined;
  }
}

const message = (record: ConfigRecord): OutgoingMessage => ({ key: Buffer.from(configName(record)), value: toBinary(ConfigRecordSchema, record) });
