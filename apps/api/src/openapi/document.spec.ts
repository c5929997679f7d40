import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { someOf } from '@9volt/testing';
import { openApiDocument, openApiV2Document } from '../set-up-api.js';
import { createApi } from '../testing/start-api.js';

const FILE = new URL('../../openapi.json', import.meta.url);
const V2_FILE = new URL('../../openapi-v2.json', import.meta.url);
const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

let app: NestFastifyApplication;
let document: OpenAPIObject;
let second: OpenAPIObject;

beforeAll(async () => {
  // Nothing listens there: the document needs no etcd.
  app = await createApi('http://127.0.0.1:1', { prefix: 'document' });
  document = openApiDocument(app);
  second = openApiV2Document(app);
  if (process.env['UPDATE_OPENAPI']) {
    writeFileSync(FILE, `${JSON.stringify(document, null, 2)}\n`);
    writeFileSync(V2_FILE, `${JSON.stringify(second, null, 2)}\n`);
  }
});

afterAll(() => app.close());

describe('the OpenAPI document', () => {
  test('is the one in git (else: npm run generate)', () => {
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(JSON.parse(readFileSync(V2_FILE, 'utf8'))).toEqual(JSON.parse(JSON.stringify(second)));
  });

  test('of /api/v2 shares its errors, refers to nothing that is missing, and is less than half as long', () => {
    const { paths, components } = second;
    const errors = Object.values(paths).flatMap((item) =>
      METHODS.flatMap((method) => Object.entries(item[method]?.responses ?? {}).filter(([status]) => status >= '400')),
    );
    expect(errors.length).toBeGreaterThan(30);
    for (const [status, answer] of errors) expect(answer).toEqual({ $ref: `#/components/responses/Problem${status}` });
    const text = JSON.stringify(second);
    for (const [, kind = '', name = ''] of text.matchAll(/"#\/components\/(schemas|responses)\/([^"]+)"/g))
      expect(components?.[kind as 'schemas']).toHaveProperty([name]);
    expect(text.length).toBeLessThan(JSON.stringify(document).length / 2);
  });

  const operations = (): { at: string; operation: Record<string, unknown> }[] =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method] as Record<string, unknown> | undefined;
        return operation ? [{ at: `${method} ${path}`, operation }] : [];
      }),
    );

  test('says for every route what it does, takes and answers, with an example and its errors', () => {
    expect(operations().length).toBeGreaterThan(25);
    let bodies = 0;
    for (const { at, operation } of someOf(operations())) {
      const where = `of ${at}`;
      expect([where, operation['summary']]).toEqual([where, expect.any(String)]);
      expect([where, operation['operationId']]).toEqual([where, expect.not.stringContaining('Controller')]);
      const responses = operation['responses'] as Record<string, { content?: Record<string, object> }>;
      const success = Object.entries(responses).filter(([status]) => status < '300');
      expect([where, success.length]).not.toEqual([where, 0]);
      for (const [status, { content }] of Object.entries(responses)) {
        const media = Object.values(content ?? {});
        expect([where, status, media.length]).toEqual([where, status, 1]);
        expect([where, status, media[0]]).toEqual([
          where,
          status,
          { schema: expect.anything(), example: expect.anything() },
        ]);
      }
      const isGuarded = (operation['security'] as object[]).length > 0;
      const always = at.includes('/api/') && !at.includes('/session') ? [...(isGuarded ? ['401'] : []), '503'] : [];
      expect([where, Object.keys(responses)]).toEqual([where, expect.arrayContaining(always)]);
      const body = operation['requestBody'] as { content: Record<string, object> } | undefined;
      for (const media of Object.values(body?.content ?? {})) {
        expect([where, media]).toEqual([where, { schema: expect.anything(), example: expect.anything() }]);
        bodies++;
      }
    }
    expect(bodies).toBeGreaterThan(10);
  });

  test('refers to nothing that is missing', () => {
    const found = JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
    const names = new Set([...found].map(([, name]) => name ?? ''));
    expect(names.size).toBeGreaterThan(40);
    const schemas = Object.keys(document.components?.schemas ?? {});
    expect([...names].filter((name) => !schemas.includes(name))).toEqual([]);
  });

  test('names every type of monitor and alerter', () => {
    const schemas = document.components?.schemas as Record<
      string,
      { oneOf?: unknown[]; discriminator?: { mapping: object } }
    >;
    expect(Object.keys(schemas['Monitor']?.discriminator?.mapping ?? {})).toEqual(
      expect.arrayContaining(['http', 'exec']),
    );
    expect(Object.keys(schemas['Alerter']?.discriminator?.mapping ?? {})).toEqual(expect.arrayContaining(['slack']));
  });
});
