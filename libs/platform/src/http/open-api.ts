import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { completed } from './open-api-document';

/** Serves the reference of this process' own routes: `/openapi.json`, and `/docs` for people. Public. */
export function serveOpenApi(app: INestApplication, version: string): void {
  const description = new DocumentBuilder()
    .setTitle('Throughline')
    .setDescription('Every customer interaction, exactly once and in order, in one timeline per customer.')
    .setVersion(version)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: tl_...' })
    .addSecurityRequirements('bearer')
    .build();
  SwaggerModule.setup('docs', app, () => completed(SwaggerModule.createDocument(app, description)), { jsonDocumentUrl: 'openapi.json', raw: ['json'] });
}
