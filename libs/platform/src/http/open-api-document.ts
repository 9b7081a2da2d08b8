import type { OpenAPIObject } from '@nestjs/swagger';

type Json = Record<string, unknown>;

/** RFC 9457; see docs/api.md, "Conventions". */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', example: '/problems/malformed', description: 'Stable: tell problems apart by it.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: "The request's id, as in X-Request-Id." },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: { pointer: { type: 'string', example: '/identities/0/value' }, code: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};

const REFUSED = { description: 'Refused, or not now (429 and 503 say Retry-After): problem details.', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };

/** What the framework leaves to us: OpenAPI 3.1 says null as a type (JSON Schema 2020-12), not by `nullable`; and every operation may answer a problem. */
export function completed(document: OpenAPIObject): OpenAPIObject {
  const whole = withNull(document) as OpenAPIObject;
  for (const path of Object.values(whole.paths)) {
    for (const operation of Object.values(path as Json)) if (isObject(operation) && isObject(operation.responses)) operation.responses.default ??= REFUSED;
  }
  return { ...whole, components: { ...whole.components, schemas: { ...whole.components?.schemas, Problem: PROBLEM as object } } };
}

function withNull(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNull);
  if (!isObject(node)) return node;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(node).map(([name, part]) => [name, withNull(part)]));
  if (nullable !== true) return nullable === undefined || nullable === false ? rest : { ...rest, nullable };
  const { type, description, ...others } = rest;
  if (typeof type === 'string') return { ...rest, type: [type, 'null'] };
  return { ...(description !== undefined && { description }), anyOf: [others, { type: 'null' }] };
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
