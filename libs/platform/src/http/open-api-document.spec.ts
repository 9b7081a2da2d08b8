import type { OpenAPIObject } from '@nestjs/swagger';
import { completed } from './open-api-document';

const document = (schemas: object, responses: object = {}) =>
  ({ openapi: '3.1.0', info: { title: 't', version: '1' }, paths: { '/v1/x': { get: { responses } } }, components: { schemas } }) as unknown as OpenAPIObject;

describe('the reference', () => {
  it('says null as OpenAPI 3.1 does', () => {
    const own = {
      A: { type: 'object', properties: { next: { type: 'string', nullable: true, format: 'uri' }, kept: { type: 'integer', nullable: false } } },
      B: { properties: { a: { nullable: true, description: 'or none', allOf: [{ $ref: '#/components/schemas/A' }] } } },
      C: { type: 'object', properties: { nullable: { type: 'boolean' } } },
    };
    expect(completed(document(own)).components!.schemas).toMatchObject({
      A: { type: 'object', properties: { next: { type: ['string', 'null'], format: 'uri' }, kept: { type: 'integer' } } },
      B: { properties: { a: { description: 'or none', anyOf: [{ allOf: [{ $ref: '#/components/schemas/A' }] }, { type: 'null' }] } } },
      C: { type: 'object', properties: { nullable: { type: 'boolean' } } },
    });
  });

  it('has a problem beside every answer, but where it says so itself', () => {
    const operation = (responses: object) => completed(document({}, responses)).paths['/v1/x']!.get!.responses;
    expect(operation({ 200: { description: 'good' } })).toMatchObject({ 200: { description: 'good' }, default: { content: { 'application/problem+json': {} } } });
    expect(operation({ default: { description: 'own' } })).toEqual({ default: { description: 'own' } });
  });
});
