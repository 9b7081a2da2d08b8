import type { S3 } from '@aws-sdk/client-s3';
import { rejected } from '@throughline/contracts';

/** Which bucket, and how its server wants to be spoken to. */
export interface S3Options {
  bucket: string;
  /** Before every key, without a slash at its end; default none. */
  prefix?: string;
  region?: string;
  /** Of a server that is not Amazon's. */
  endpoint?: string;
  /** The bucket in the path, not in the host's name: most servers that are not Amazon's. */
  pathStyle?: boolean;
  /** `false` for servers that do not know `If-None-Match: *` on PutObject: we then look before and after. Servers that say so (501) are found out. */
  conditional?: boolean;
  /** `WHEN_REQUIRED` for servers that do not know the SDK's checksums (since January 2025 it sends CRC32 by default). */
  checksums?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
  /** Default: the SDK's own chain (environment, profile, role of the container or the machine). */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** A request is tried three times (network, 5xx, throttling; waits of up to 20 s between), each given up after 15 s of silence. */
const ATTEMPTS = 3;
const CONNECT_MS = 3_000;
const SILENCE_MS = 15_000;

/** Loads the SDK (about 0.4 s) only where S3 is used. */
export async function connectS3(options: S3Options): Promise<S3> {
  const sdk = await import('@aws-sdk/client-s3');
  return new sdk.S3({
    region: options.region ?? 'us-east-1',
    endpoint: options.endpoint,
    forcePathStyle: options.pathStyle ?? false,
    credentials: options.credentials,
    maxAttempts: ATTEMPTS,
    requestChecksumCalculation: options.checksums ?? 'WHEN_SUPPORTED',
    responseChecksumValidation: options.checksums ?? 'WHEN_SUPPORTED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
  });
}

const KNOWN = new Set(['region', 'endpoint', 'pathStyle', 'conditional', 'checksums']);

/**
 * `s3://<bucket>[/<prefix>][?region=&endpoint=&pathStyle=1&conditional=0&checksums=required]`; with `<key>:<secret>@` before
 * the bucket where the SDK's own chain has no credentials. Throws `rejected` (`configuration`)
 * where there is no bucket or a setting is unknown, and never repeats the address.
 */
export function s3OptionsOf(url: string): S3Options {
  const { hostname, pathname, searchParams, username, password } = new URL(url);
  for (const name of searchParams.keys()) if (!KNOWN.has(name)) throw rejected('configuration', 'BLOB_URL has a setting that S3 does not know.');
  if (!hostname) throw rejected('configuration', 'BLOB_URL must name a bucket: s3://<bucket>.');
  return {
    bucket: hostname,
    prefix: decodeURIComponent(pathname).replace(/^\/+|\/+$/g, ''),
    region: searchParams.get('region') ?? undefined,
    endpoint: searchParams.get('endpoint') ?? undefined,
    pathStyle: searchParams.get('pathStyle') === '1',
    conditional: searchParams.get('conditional') !== '0',
    checksums: searchParams.get('checksums') === 'required' ? 'WHEN_REQUIRED' : undefined,
    credentials: username ? { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) } : undefined,
  };
}
