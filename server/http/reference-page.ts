import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate as roundOfEventLoop } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isHost } from './protocol.ts';

/** Stands for the server's origin in the page that is kept: a name that is nobody's (RFC 2606, section 2). */
const ANY_ORIGIN = 'http://origin.invalid';

/**
 * `/openapi.json`, and a page at `/reference` to read it by: plain HTML with one small script and no asset from elsewhere.
 * `writeDocument` gives the OpenAPI 3.1 document as `describeApi` writes it. Both are made, and what makes them is
 * loaded, when they are first asked for: a start does without.
 */
export function serveReference(app: FastifyInstance, writeDocument: () => Promise<string>): void {
  const document = once(writeDocument);
  const styleSheet = readFileSync(new URL('./reference/reference.css', import.meta.url), 'utf8');
  const script = readFileSync(new URL('./reference/reference.js', import.meta.url), 'utf8');
  const policy = contentPolicy(styleSheet, script);
  const page = once(async () => {
    const { readDocument } = await import('./reference/api-document.ts');
    const { renderPage } = await import('./reference/page.ts');
    return renderPage(readDocument(await document()), ANY_ORIGIN, { styleSheet, script });
  });
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(await document()),
  );
  app.get('/reference', async (request, reply) => {
    // To render the page takes some 30 ms, the first time.
    await document();
    await roundOfEventLoop();
    return (
      reply
        .header('content-security-policy', policy)
        .type('text/html; charset=utf-8')
        // Only how its reader reaches the server is put in each time.
        .send((await page()).replaceAll(ANY_ORIGIN, originOf(request)))
    );
  });
}

/** What failed is tried again. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Nothing is allowed but the style sheet and the script in the page, known by their hashes. */
function contentPolicy(styleSheet: string, script: string): string {
  return `default-src 'none'; style-src ${hashOf(styleSheet)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** How the reader reaches the server, so that the samples can be pasted; a Host that is no host is not repeated. */
function originOf(request: FastifyRequest): string {
  const host = isHost(request.host) ? request.host : 'localhost';
  return `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
}
