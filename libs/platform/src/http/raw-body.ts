import { RouteConfig } from '@nestjs/platform-fastify';

/** The handler's `@Body()` is the bytes as they came in, as a Buffer, whatever their media type: for doors that check a signature. */
export const RawBody = () => RouteConfig({ rawBody: true });
