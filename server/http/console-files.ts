import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CODINGS } from './compress.ts';

/** What the built console is made of. */
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Paths of the console, which chooses the page itself: each is answered with its one HTML file. */
const PAGES = ['/', '/accounts/*', '/share'];

/** Paths of the API: a 404 below them is JSON, even for a browser. */
const FOR_PROGRAMS = /^\/(?:api|trpc)(?:\/|$)/;

/** Its own scripts and styles, its own server, and nothing else; nobody may frame it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'x-robots-tag': 'noindex',
};

const SUFFIXES = { br: '.br', gzip: '.gz' } as const;

/** For what is named after its content. */
export const FOREVER = 'public, max-age=31536000, immutable';

interface ConsoleFile {
  readonly type: string;
  readonly tag: string;
  readonly content: Buffer;
  /** By content coding: it was compressed when the console was built. */
  readonly packed: ReadonlyMap<string, Buffer>;
  /** Named after its content. */
  readonly isImmutable: boolean;
}

/** The web console, from the folder that it was built into. The files are read once: they change with the version alone. */
export class Console {
  readonly #files: ReadonlyMap<string, ConsoleFile>;
  readonly #page: ConsoleFile | undefined;

  constructor(folder: string) {
    this.#files = readFiles(folder);
    this.#page = this.#files.get('/index.html');
  }

  /** Serves it at `/`. Where nothing was built, `/` says so. */
  serve(app: FastifyInstance): void {
    const page = this.#page;
    for (const path of PAGES) {
      app.get(path, (request, reply) =>
        page === undefined ? sendNotBuilt(reply) : send(request, reply, page),
      );
    }
    for (const [path, file] of this.#files) {
      if (file !== page) app.get(path, (request, reply) => send(request, reply, file));
    }
  }

  /**
   * Answers a person at an address where there is nothing with the page, which says so and leads back. False: it is a
   * program that asks, to be answered as one, or nothing was built.
   */
  serveNotFoundPage(request: FastifyRequest, reply: FastifyReply): boolean {
    if (this.#page === undefined || !acceptsHtml(request)) return false;
    send(request, reply.code(404), this.#page);
    return true;
  }
}

function acceptsHtml({ method, url, headers }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0] ?? '';
  const reads = method === 'GET' || method === 'HEAD';
  return reads && headers.accept?.includes('text/html') === true && !FOR_PROGRAMS.test(path);
}

function readFiles(folder: string): Map<string, ConsoleFile> {
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [`/${relative(folder, path).split(sep).join('/')}`, readFile(path)]));
}

function readFile(path: string): ConsoleFile {
  const content = readFileSync(path);
  const packed = new Map(
    Object.entries(SUFFIXES)
      .filter(([, suffix]) => existsSync(path + suffix))
      .map(([coding, suffix]) => [coding, readFileSync(path + suffix)] as const),
  );
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    content,
    packed,
    isImmutable: path.includes(`${sep}assets${sep}`),
  };
}

function send(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  reply
    .headers(HEADERS)
    .header('cache-control', file.isImmutable ? FOREVER : 'no-cache')
    .header('etag', file.tag)
    .header('vary', 'accept-encoding')
    .type(file.type);
  // Only what would be 200 can be unchanged (RFC 9110, section 13.2.1).
  if (reply.statusCode === 200 && request.headers['if-none-match'] === file.tag)
    return reply.code(304).send();
  const accepted = request.headers['accept-encoding'] ?? '';
  for (const { coding, wanted } of CODINGS) {
    const packed = wanted.test(accepted) ? file.packed.get(coding) : undefined;
    if (packed !== undefined) return reply.header('content-encoding', coding).send(packed);
  }
  return reply.send(file.content);
}

function sendNotBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .type('text/plain; charset=utf-8')
    .send(
      'The web console has not been built. Run npm run build -w @letterhead/console, then start again.\n',
    );
}
