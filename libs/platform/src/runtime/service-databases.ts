import { createHmac } from 'node:crypto';
import { migrate, openDatabase, provision, type Database, type Migration, type ServerLog } from '@throughline/postgres';
import { rejected } from '@throughline/contracts';

export interface DatabaseSource {
  /** A login that may make roles and databases: every service gets its schema in this database (embedded mode). */
  adminUrl?: string;
  /** The one service's own login (distributed mode). */
  databaseUrl?: string;
  /** Of the services' logins in embedded mode; default: derived from the administrator's, so a restart changes nothing. */
  password?: string;
  log: ServerLog;
}

/** Opens each service's schema once per process. */
export class ServiceDatabases {
  private readonly opened = new Map<string, Promise<Database>>();

  constructor(
    private readonly source: DatabaseSource,
    private readonly persist: <T>(work: () => Promise<T>) => Promise<T>,
  ) {}

  get(service: string, migrations: readonly Migration[]): Promise<Database> {
    const known = this.opened.get(service) ?? this.persist(() => this.open(service, migrations));
    this.opened.set(service, known);
    return known;
  }

  async healthy(): Promise<boolean> {
    const opened = await Promise.all(this.opened.values());
    return (await Promise.all(opened.map((database) => database.healthy()))).every(Boolean);
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.opened.values());
    await Promise.all(opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value.close()] : [])));
  }

  private async open(service: string, migrations: readonly Migration[]): Promise<Database> {
    const url = await this.login(service);
    await migrate(url, service, migrations);
    return openDatabase({ url, service, log: this.source.log });
  }

  private async login(service: string): Promise<string> {
    const { adminUrl, databaseUrl } = this.source;
    if (adminUrl) return provision({ adminUrl, service, password: this.source.password ?? derived(adminUrl, service) });
    if (databaseUrl) return databaseUrl;
    throw rejected('configuration', `DATABASE_URL must be set: the service ${service} needs a database.`);
  }
}

const derived = (adminUrl: string, service: string) =>
  createHmac('sha256', decodeURIComponent(new URL(adminUrl).password)).update(`throughline login ${service}`).digest('base64url');
