import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isHost } from './protocol.ts';
import { readDocument } from './reference/api-document.ts';
import { renderPage } from './reference/page.ts';

/** Stands for the server's origin in the page that is kept: a name that is nobody's (RFC 2606, section 2). */
const ANY_ORIGIN = 'http://origin.invalid';

/**
 * `/openapi.json`, and a page at `/reference` to read it by: plain HTML without a script or any asset from elsewhere.
 * `document` gives the OpenAPI 3.1 document as `describeApi` writes it; it is read when the page is first asked for.
 */
export function serveReference(app: FastifyInstance, document: () => string): void {
  const styleSheet = readFileSync(new URL('./reference/reference.css', import.meta.url), 'utf8');
  const policy = contentPolicy(styleSheet);
  const pageFor = keepPage(document, styleSheet);
  app.get('/openapi.json', (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document()),
  );
  app.get('/reference', (request, reply) =>
    reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .type('text/html; charset=utf-8')
      .send(pageFor(originOf(request))),
  );
}

/** Nothing is allowed but the one style sheet in the page, known by its hash. */
function contentPolicy(styleSheet: string): string {
  const hash = createHash('sha256').update(styleSheet).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** The page, rendered once; only how its reader reaches the server is put in each time. */
function keepPage(document: () => string, styleSheet: string): (origin: string) => string {
  let page: string | undefined;
  return (origin) => {
    page ??= renderPage(readDocument(document()), ANY_ORIGIN, styleSheet);
    return page.replaceAll(ANY_ORIGIN, origin);
  };
}

/** How the reader reaches the server, so that the samples can be pasted; a Host that is no host is not repeated. */
function originOf(request: FastifyRequest): string {
  const host = isHost(request.host) ? request.host : 'localhost';
  return `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
}
