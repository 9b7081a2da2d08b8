import { create, toBinary } from '@bufbuild/protobuf';
import type { About, Bus, Message, ParkedChange, Parking } from '@throughline/bus';
import { DeadLetterSchema, isId, isRejected } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';
import type { Logger } from 'pino';
import type { ParkingLots } from '../runtime.contract';
import { subjectOf } from './subject-of';

export interface ParkingParts {
  bus: Pick<Bus, 'publish'>;
  vault: Pick<Vault, 'forTenant'>;
  directory: { severalTenants(): boolean };
  log: Pick<Logger, 'error'>;
}

/** The parking lots of this process' groups; what becomes of a parked key is told on the topic `dead-letters`. */
export class GroupParkingLots implements ParkingLots {
  private readonly databases = new Map<string, Database>();

  constructor(private readonly parts: ParkingParts) {}

  open(group: string, database: Database): void {
    this.databases.set(group, database);
  }

  of(group: string): Parking | undefined {
    const database = this.databases.get(group);
    const fairness = { tenantOf: (message: Message) => message.tenant ?? about(message)?.tenant, several: () => this.parts.directory.severalTenants() };
    return database && { database, about, fairness, onChange: (change) => this.tell(change) };
  }

  /** The parking's id names the dead letter: every change of it is the same one. What belongs to no tenant is told in the log. */
  private async tell(change: ParkedChange): Promise<void> {
    const { tenant } = change.about ?? {};
    try {
      if (tenant) return await this.publish(tenant, change);
    } catch (error) {
      if (!isRejected(error)) throw error;
    }
    const { id, group, state, attempts, error, reason } = change;
    this.parts.log.error({ parking: id, group, state, attempts, error, reason }, 'a parked key belongs to no tenant who could be told');
  }

  private async publish(tenant: string, change: ParkedChange): Promise<void> {
    const { bus, vault } = this.parts;
    const key = (await vault.forTenant(tenant)).hash('key', `${change.id}|dead-letters`);
    await bus.publish('dead-letters', [{ key, value: toBinary(DeadLetterSchema, letterOf(tenant, change)) }]);
  }
}

function letterOf(tenant: string, { id, group, state, about: subject, attempts, nextTry, error, reason, at }: ParkedChange) {
  const times = { attempts, nextTry: BigInt(Math.round(nextTry)), at: BigInt(at) };
  const whose = { tenant, account: subject?.account ?? '', interaction: subject?.subject ?? '' };
  return create(DeadLetterSchema, { id, ...whose, service: group, cause: 'parked', detail: reason && `${error}: ${reason}`, state, ...times });
}

function about(message: Message): About | undefined {
  const { tenant = '', account, id } = subjectOf(message);
  return isId(tenant) ? { tenant, account, subject: id } : undefined;
}
