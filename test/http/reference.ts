import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { afterEach, expect } from 'vitest';
import { serveReference } from '../../server/http/reference-page.ts';
import { describeApi } from '../../server/rest/openapi.ts';
import { listOperations } from '../../server/rest/operations.ts';
import { PROOF_OPERATION } from '../../server/rest/proof-operation.ts';
import { appRouter } from '../../server/router/index.ts';

/** Every operation of the router. */
export const operations = listOperations(appRouter);
type WriteDocument = () => string | Promise<string>;

/** The product's own document. */
export const ownDocument = () => describeApi([...operations, PROOF_OPERATION], '1.2.3');
const apps: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** Serves the reference of a document, until the test ends. */
export function serve(document: WriteDocument): FastifyInstance {
  const app = fastify();
  apps.push(app);
  serveReference(app, async () => document());
  return app;
}

/** The page as somebody sees it who reaches the server at `host`. */
export async function pageOf(document: WriteDocument, host = '127.0.0.1:3000'): Promise<string> {
  const answer = await serve(document).inject({ url: '/reference', headers: { host } });
  expect(answer.statusCode).toBe(200);
  return answer.body;
}

/** The part of the page about one operation. */
export function sectionOf(page: string, operationId: string): string {
  const start = page.indexOf(`<section class="operation" aria-labelledby="${operationId}">`);
  expect(start).toBeGreaterThan(0);
  return page.slice(start, page.indexOf('</section>', start));
}

/** The texts of the samples in a part of the page, as a browser shows them. */
export function samples(section: string): string[] {
  return [...section.matchAll(/<pre[^>]*><code>([\s\S]*?)<\/code><\/pre>/g)].map(([, text = '']) =>
    text
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&'),
  );
}

/** A document of one operation with the given texts. */
export function documentSaying(text: string): () => string {
  const schema = {
    type: 'object',
    properties: { [text]: { type: 'string', description: text, example: text } },
  };
  const answer = { description: text, headers: { [text]: { description: text } } };
  const operation = {
    operationId: text,
    tags: [text],
    summary: text,
    description: text,
    parameters: [{ name: text, in: 'query', description: text, schema: { type: 'string', enum: [text] } }],
    requestBody: { content: { 'application/json': { schema } } },
    responses: {
      200: {
        ...answer,
        content: {
          'application/json': {
            schema: { type: 'object', properties: { data: { $ref: `#/components/schemas/${text}` } } },
          },
        },
      },
      404: { ...answer, content: { [text]: { schema, examples: { [text]: { summary: text } } } } },
    },
  };
  return () =>
    JSON.stringify({
      info: { title: text, version: text, description: text },
      servers: [{ url: '/api/v1' }],
      tags: [{ name: text, description: text }],
      paths: { [`/${text}`]: { post: operation } },
      components: {
        schemas: { [text]: { ...schema, description: text } },
        securitySchemes: { [text]: { description: text } },
      },
    });
}
