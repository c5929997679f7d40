import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { completed, completedV2, documentBase } from './openapi/openapi.js';

/** The OpenAPI document of an application that has {@link ApiModule}. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  return completed(SwaggerModule.createDocument(app, documentBase()));
}

/** The OpenAPI document of `/api/v2` alone. */
export function openApiV2Document(app: NestFastifyApplication): OpenAPIObject {
  return completedV2(SwaggerModule.createDocument(app, documentBase()));
}

/**
 * Call it before the application listens: `/openapi.json`, and Swagger UI at `/docs`, which loads nothing from elsewhere. The
 * document is made at the first request.
 */
export function setUpApi(app: NestFastifyApplication): void {
  let made: OpenAPIObject | undefined;
  let text: string | undefined;
  const document = (): OpenAPIObject => (made ??= openApiDocument(app));
  // As text: anybody may request it, and writing it each time takes longer than everything else.
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_request, reply) =>
      reply.type('application/json; charset=utf-8').send((text ??= JSON.stringify(document()))),
    );
  let textV2: string | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi-v2.json', (_request, reply) =>
      reply.type('application/json; charset=utf-8').send((textV2 ??= JSON.stringify(openApiV2Document(app)))),
    );
  SwaggerModule.setup('docs', app, document, {
    raw: false,
    customSiteTitle: '9volt API',
    swaggerOptions: { validatorUrl: null, persistAuthorization: false, displayRequestDuration: true },
  });
}
