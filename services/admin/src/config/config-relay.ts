import { toBinary } from '@bufbuild/protobuf';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { ConfigRecordSchema } from '@throughline/contracts';
import type { LogHandler, StoredEvent } from '@throughline/event-store';
import type { Vault } from '@throughline/vault';
import { configName, openConfigEvent } from './config-event';

/** Publishes admin's log on the topic `config`, in log order: the newest record of a thing is what the topic keeps. */
export function configRelay(bus: Pick<Bus, 'publish'>, vault: Pick<Vault, 'forTenant'>): LogHandler {
  return async (events) => bus.publish('config', await Promise.all(events.map((event) => message(vault, event))));
}

async function message(vault: Pick<Vault, 'forTenant'>, event: StoredEvent): Promise<OutgoingMessage> {
  const record = await openConfigEvent(await vault.forTenant(event.tenant), event);
  return { key: Buffer.from(configName(record)), value: toBinary(ConfigRecordSchema, record) };
}
