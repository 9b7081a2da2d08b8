import type { DynamicModule } from '@nestjs/common';
import type { BlobStore } from '@throughline/blob';
import type { Bus } from '@throughline/bus';
import type { AcceptedInteraction, ApiKeyConfig, ChannelAccountConfig, FieldError, Interaction, TenantConfig } from '@throughline/contracts';
import type { Database, Migration } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';

/** What the environment says, read once at the start and validated (docs/api.md, "Running"). Nothing else reads the environment. */
export interface RuntimeConfig {
  port: number;
  host: string;
  smtpPort: number;
  dataDir: string;
  /** The address clients call, without a slash at its end. Providers sign over it. */
  publicUrl: string;
  /** Undefined in embedded mode: then the process brings its own server. */
  databaseUrl: string | undefined;
  /** Empty in embedded mode. */
  kafkaBrokers: string[];
  blobUrl: string;
  keyStore: string;
  demo: boolean;
  demoApiKey: string | undefined;
  operatorToken: string | undefined;
  logLevel: string;
  /** Where traces go (OTLP over HTTP); undefined: nowhere. */
  otlpEndpoint?: string;
}

/** What a service leans on, opened once per process and handed to its module. */
export interface Runtime {
  readonly config: RuntimeConfig;
  /** Version of this build. */
  readonly version: string;
  readonly bus: Bus;
  readonly vault: Vault;
  readonly blobs: BlobStore;
  readonly directory: Directory;
  readonly door: Door;
  readonly deadLetters: DeadLetters;
  readonly parking: ParkingLots;
  readonly clock: () => Date;
  /** Deletes transit and raw blobs whose time is over, and what unfinished uploads left. How many. Once a day, from one process. */
  expireBlobs(): Promise<number>;
  /** The service's schema, provisioned and migrated. The same service gives the same Database. */
  database(service: string, migrations: readonly Migration[]): Promise<Database>;
}

/** A deployable: its name and the module made from a runtime. `main.ts` is `startService(profileService)`. */
export interface ServiceDefinition {
  name: string;
  module: (runtime: Runtime) => Promise<DynamicModule> | DynamicModule;
}

/** A channel account with its secrets opened. */
export interface Account extends Omit<ChannelAccountConfig, '$typeName' | 'secrets' | 'secretsKeyId' | 'settings' | 'removed'> {
  secrets: Record<string, string>;
  settings: Record<string, unknown>;
}

/** Who calls, as the API key says. */
export interface Credential {
  tenant: string;
  keyId: string;
  scopes: readonly string[];
}

/** This process' own copy of `config`. Complete when the service says ready; a change is seen at once. */
export interface Directory {
  tenant(id: string): TenantConfig | undefined;
  account(id: string): Promise<Account | undefined>;
  /** By what names it at the provider: number, mailbox (lower case), site key. */
  accountByAddress(provider: string, address: string): Promise<Account | undefined>;
  /** Undefined where the token is no key of ours. */
  credential(token: string): Credential | undefined;
  key(id: string): ApiKeyConfig | undefined;
}

/** Whose interactions come in, by which door, and what its credential proves. */
export interface DoorRequest {
  account: Account;
  /** Provider slug (`generic` at the generic door). */
  provider: string;
  /** Service at whose door it came in. */
  service: string;
  /** The door's own: that of an interaction which names none, on an account open to several. */
  channel?: string;
  /** May the credential vouch for this namespace? Doors that prove an identity themselves answer true for it. */
  mayVouch: (namespace: string) => boolean;
  trace?: string;
}

/** An interaction, and how it came in. */
export interface DoorItem {
  request: DoorRequest;
  interaction: Interaction;
}

/** What became of one interaction: durable, or refused with the fields that will not do. */
export type DoorOutcome =
  | { status: 'accepted'; interactionId: string; warnings: FieldError[] }
  | { status: 'rejected'; errors: FieldError[] };

/**
 * The one way of an interaction onto the bus: normalises identities, derives ids and keys, clamps times, seals, publishes.
 * `accepted` means durable. Throws `unavailable` where the bus or the key store is not there: then nothing was promised.
 */
export interface Door {
  accept(request: DoorRequest, interactions: readonly Interaction[]): Promise<DoorOutcome[]>;
  /** Interactions of several accounts of one tenant: on the bus they follow each other as they do here. */
  acceptEach(tenant: string, items: readonly DoorItem[]): Promise<DoorOutcome[]>;
  /** Puts what was accepted before on the bus again, as it was accepted: behind what is on its key already. */
  again(tenant: string, accepted: AcceptedInteraction): Promise<void>;
  /** Keeps raw input sealed in the blob store; the id to name it by (`rawBlob`). */
  keepRaw(tenant: string, raw: Uint8Array): Promise<string>;
}

/** What cannot be used, and why. */
export interface SetAside {
  tenant: string;
  account?: string;
  /** `unparsable`, `conflict`, `unopenable`, `rejected`. */
  cause: string;
  /** Why, in words without personal data. */
  detail: string;
  service: string;
  raw: Uint8Array;
  mediaType: string;
  interaction?: string;
  /** Names the thing set aside: the same subject and cause twice is one dead letter. Default: hash of the raw bytes, service and account. */
  subject?: string;
}

/** Where the keys of groups are parked whose messages fail by surprise. */
export interface ParkingLots {
  /** From now on the group parks in this schema, which has `parkingMigration`. Call it in the service's module. */
  open(group: string, database: Database): void;
}

/** Sets aside what cannot be used: sealed, on the topic `dead-letters`, durable when it resolves. */
export interface DeadLetters {
  put(item: SetAside): Promise<string>;
}
