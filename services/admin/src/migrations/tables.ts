import { tenantWall, type Migration } from '@throughline/postgres';

const SERVICE = 'admin';

/** Tenants, API keys, channel accounts and dead letters. Removed rows stay: their ids are never given to anybody else. */
export const adminTables: Migration = {
  name: '1763769600000AdminTables',
  sql: `
    CREATE TABLE tenant (
      created_at timestamptz NOT NULL,
      version integer NOT NULL,
      tenant uuid PRIMARY KEY,
      name text NOT NULL,
      region text NOT NULL
    );
    ${tenantWall(SERVICE, 'tenant')}

    CREATE TABLE api_key (
      created_at timestamptz NOT NULL,
      version integer NOT NULL,
      tenant uuid NOT NULL REFERENCES tenant,
      id uuid PRIMARY KEY,
      removed boolean NOT NULL DEFAULT false,
      name text NOT NULL,
      hash bytea NOT NULL,
      scopes text[] NOT NULL
    );
    COMMENT ON COLUMN api_key.hash IS 'SHA-256 of the whole token, which has 256 random bits';
    CREATE UNIQUE INDEX api_key_hash ON api_key (hash) WHERE NOT removed;
    CREATE INDEX api_key_tenant ON api_key (tenant, id);
    ${tenantWall(SERVICE, 'api_key')}

    CREATE TABLE channel_account (
      created_at timestamptz NOT NULL,
      version integer NOT NULL,
      tenant uuid NOT NULL REFERENCES tenant,
      id text COLLATE "C" PRIMARY KEY,
      removed boolean NOT NULL DEFAULT false,
      provider text NOT NULL,
      channel text NOT NULL,
      address text NOT NULL,
      secrets_key_id text NOT NULL,
      secrets bytea NOT NULL,
      settings jsonb NOT NULL
    );
    COMMENT ON TABLE channel_account IS 'ids and addresses are unique over all tenants: at a webhook they name the tenant';
    CREATE UNIQUE INDEX channel_account_address ON channel_account (provider, address) WHERE address <> '' AND NOT removed;
    CREATE INDEX channel_account_tenant ON channel_account (tenant, id);
    ${tenantWall(SERVICE, 'channel_account')}

    CREATE TABLE dead_letter (
      at timestamptz NOT NULL,
      tenant uuid NOT NULL,
      id uuid NOT NULL,
      account text NOT NULL,
      cause text NOT NULL,
      detail text NOT NULL,
      service text NOT NULL,
      interaction text NOT NULL,
      media_type text NOT NULL,
      raw_key_id text NOT NULL,
      raw bytea NOT NULL,
      raw_blob text NOT NULL,
      state text NOT NULL,
      attempts integer NOT NULL,
      next_try timestamptz,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (tenant, id)
    );
    COMMENT ON COLUMN dead_letter.raw IS 'sealed under the raw-input key; empty where a blob holds it';
    COMMENT ON COLUMN dead_letter.state IS 'open, redriven, discarded; of a parked key: parked, passed';
    COMMENT ON COLUMN dead_letter.last_at IS 'when it failed last; at is when it failed first';
    CREATE INDEX dead_letter_at ON dead_letter (tenant, at DESC, id DESC);
    ${tenantWall(SERVICE, 'dead_letter')}

    CREATE TABLE dead_letter_decision (
      n bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
      at timestamptz NOT NULL,
      tenant uuid NOT NULL,
      letter uuid NOT NULL,
      action text NOT NULL,
      reason text NOT NULL,
      decided_by text NOT NULL,
      PRIMARY KEY (tenant, letter, n)
    );
    COMMENT ON TABLE dead_letter_decision IS 'what people decided, and by which key; rows are never changed';
    ${tenantWall(SERVICE, 'dead_letter_decision')}`,
};
