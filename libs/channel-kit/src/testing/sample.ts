import type { Interaction } from '@throughline/contracts';
import type { AdapterAccount, RawRequest } from '../adapter.contract';

/** One real request (sanitised) with what must come of it. */
export interface AdapterSample {
  name: string;
  contentType: string;
  /** The exact text received, or `json`, which is written without white space. */
  body?: string;
  json?: unknown;
  /** RFC 3339. */
  receivedAt: string;
  interactions: Interaction[];
  /** Pointers of what could not be understood. */
  unparsed?: string[];
}

/** What `<provider>.samples.json` holds. */
export interface SampleFile {
  provider: string;
  /** Repository, path and commit, or the vendor's page. */
  source: string[];
  licence: string;
  /** What was changed: real people's names, numbers and addresses are replaced by reserved ones. */
  notes: string;
  samples: AdapterSample[];
}

/** Makes the headers with which the provider signs this request. */
export type Sign = (request: RawRequest, account: AdapterAccount) => Record<string, string>;

export const webhookUrl = (provider: string, account: string) => `https://throughline.example/v1/webhooks/${provider}/${account}`;

/** A POST as it reaches an adapter, not yet signed. */
export function post(url: string, contentType: string, body: Buffer): RawRequest {
  return { method: 'POST', url, query: new URL(url).searchParams, headers: { 'content-type': contentType }, body };
}

export const sampleBody = (sample: AdapterSample) => Buffer.from(sample.body ?? JSON.stringify(sample.json));
