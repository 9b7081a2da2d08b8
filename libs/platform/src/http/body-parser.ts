import { isUtf8 } from 'node:buffer';
import { malformed, rejected } from '@throughline/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Bytes; a little over the 4 MiB that docs/api.md promises, for the wrapping. */
export const BODY_LIMIT = 4 * 1024 * 1024 + 64 * 1024;

const JSON_TYPES = new Set(['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json']);

declare module 'fastify' {
  interface FastifyContextConfig {
    rawBody?: boolean;
    itemByItem?: boolean;
  }
  interface FastifyRequest {
    /** True where a handler marked `@ItemByItem()` has to look for names that no object may have (`hasUnsafeNames`). */
    unsafeNames?: boolean;
  }
}

type Done = (error: Error | null, body?: unknown) => void;

/** One parser for everything: handlers marked `@RawBody()` get the bytes, all others JSON. */
export function parseBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  const parseAny = fastify.getDefaultJsonParser('ignore', 'ignore');
  fastify.removeAllContentTypeParsers();
  // Fastify remembers the parser of a type that has its own; for `*` it takes the header apart at every request.
  fastify.addContentTypeParser([...JSON_TYPES, '*'], { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (request: FastifyRequest, body: Buffer, done: Done) => {
    if (request.is404 || request.routeOptions.config.rawBody) return done(null, body);
    if (body.length === 0) return done(null, undefined);
    if (!JSON_TYPES.has(mediaType(request))) return done(unsupported());
    if (!isUtf8(body)) return done(notJson());
    const text = body.toString('utf8');
    void parseJson(request, text, (error, value) => {
      if (!error) return done(null, value);
      request.unsafeNames = request.routeOptions.config.itemByItem;
      if (!request.unsafeNames) return done(notJson());
      void parseAny(request, text, (noJson, any) => done(noJson ? notJson() : null, any));
    });
  });
}

const mediaType = (request: FastifyRequest) => (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();

const unsupported = () => rejected('media-type', 'The body must be application/json.', { status: 415 });
const notJson = () => malformed('The body is not JSON in UTF-8.', [{ pointer: '', code: 'json', detail: 'Not JSON in UTF-8.' }]);
