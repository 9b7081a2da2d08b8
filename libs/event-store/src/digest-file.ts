import Ajv from 'ajv';
import { rejected } from '@throughline/contracts';
import type { DigestFile, StreamProof } from './digest.contract';

const hex = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const base64 = { type: 'string', pattern: '^[A-Za-z0-9_-]+$' };
const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
const count = { type: 'integer', minimum: 0 };
const text = { type: 'string' };
const object = (properties: Record<string, object>, optional: string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const header = object({
  format: { const: 'throughline/log-digest/1' }, service: text, number: count, day: text, takenAt: text, generation: count,
  position: text, recordedUpTo: count, previous: text, tenants: count, streams: count, events: count, root: hex, key: hex,
});
const signed = { header, signature: base64, publicKey: base64 };
const inclusion = object({ index: count, size: count, path: { type: 'array', items: base64 } });
const entry = { type: 'array', items: [uuid, count, base64], minItems: 3, maxItems: 3 };
const tenant = object({ tenant: uuid, root: hex, streams: { type: 'array', items: entry } });

const ajv = new Ajv({ strict: false });
const isDigest = ajv.compile<DigestFile>(object({ ...signed, tenants: { type: 'array', items: tenant }, inTotal: inclusion }, ['inTotal']));
const isProof = ajv.compile<StreamProof>(object({ ...signed, tenant: uuid, stream: uuid, version: count, head: base64, inTenant: inclusion, inTotal: inclusion }));

/** What a file holds. Throws `rejected` (`no-digest`) where it is no digest of this format. */
export function parseDigest(json: string): DigestFile {
  const value = parsed(json);
  if (isDigest(value)) return value;
  throw rejected('no-digest', `This is no digest: ${ajv.errorsText(isDigest.errors)}.`);
}

/** What a file holds. Throws `rejected` (`no-digest`) where it is no proof of this format. */
export function parseProof(json: string): StreamProof {
  const value = parsed(json);
  if (isProof(value)) return value;
  throw rejected('no-digest', `This is no proof: ${ajv.errorsText(isProof.errors)}.`);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw rejected('no-digest', 'The file is not JSON.', { cause });
  }
}
