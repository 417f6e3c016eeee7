import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { serveReference } from '../../server/http/reference-page.ts';
import { describeApi } from '../../server/rest/openapi.ts';
import { listOperations } from '../../server/rest/operations.ts';
import { appRouter } from '../../server/router/index.ts';

const operations = listOperations(appRouter);
const ownDocument = () => describeApi(operations, '1.2.3');
const apps: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

function serve(document: () => string): FastifyInstance {
  const app = fastify();
  apps.push(app);
  serveReference(app, async () => document());
  return app;
}

async function pageOf(document: () => string, host = '127.0.0.1:3000'): Promise<string> {
  const answer = await serve(document).inject({ url: '/reference', headers: { host } });
  expect(answer.statusCode).toBe(200);
  return answer.body;
}

/** The part of the page about one operation. */
function sectionOf(page: string, operationId: string): string {
  const start = page.indexOf(`<section class="operation" aria-labelledby="${operationId}">`);
  expect(start).toBeGreaterThan(0);
  return page.slice(start, page.indexOf('</section>', start));
}

/** Text of a sample as a browser shows it. */
function samples(section: string): string[] {
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
function documentSaying(text: string): () => string {
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

describe('/openapi.json', () => {
  test('/openapi.json is the document as it was written', async () => {
    const answer = await serve(ownDocument).inject('/openapi.json');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.body).toBe(ownDocument());
  });
});

describe('/reference', () => {
  test('the reference page allows nothing but its own style sheet, by its hash', async () => {
    const answer = await serve(ownDocument).inject('/reference');
    const [, styleSheet = ''] = /<style>([\s\S]*?)<\/style>/.exec(answer.body) ?? [];
    const hash = createHash('sha256').update(styleSheet).digest('base64');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  test('the reference page has no script, no inline style and no asset from anywhere', async () => {
    const page = await pageOf(ownDocument);
    expect(page).not.toMatch(/<(?:script|img|iframe|link|object|embed|base)\b/i);
    expect(page).not.toMatch(/<[^>]+\s(?:on\w+|style|src)=/i);
    expect(page).not.toMatch(/url\(|@import/i);
    const links = [...page.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href);
    expect(links.filter((href) => !href?.startsWith('#'))).toEqual(['/openapi.json']);
  });

  test.each(operations)(
    'the reference page shows $procedure, and links to it from the contents',
    async ({ procedure, meta }) => {
      const page = await pageOf(ownDocument);
      const section = sectionOf(page, procedure);
      const text = section.replace(/<[^>]+>/g, '');
      expect(page).toContain(`<li><a href="#${procedure}">${meta.summary}</a></li>`);
      expect(text).toContain(`${meta.rest.method} /api/v1${meta.rest.path}`);
      expect(section).toContain(`<strong>${meta.rest.status}</strong>`);
      expect(section).toContain('<code>unauthenticated</code>');
    },
  );

  test('the reference page has every anchor once, and links nowhere else', async () => {
    const page = await pageOf(ownDocument);
    const anchors = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(anchors).size).toBe(anchors.length);
    for (const [, target] of page.matchAll(/\shref="#([^"]+)"/g)) expect(anchors).toContain(target);
  });

  test('the reference page has its headings in order, and a scope on every table header', async () => {
    const page = await pageOf(ownDocument);
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    const skipped = levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1);
    expect(skipped).toEqual([]);
    expect(page).not.toMatch(/<th(?! scope="(?:col|row)")[ >]/);
  });

  test('a sample request can be pasted, with the address by which the reader reaches the server', async () => {
    const page = await pageOf(ownDocument, 'mail.example.org:8080');
    expect(samples(sectionOf(page, 'domains.update'))[0]).toBe(
      [
        'curl http://mail.example.org:8080/api/v1/accounts/1/domains/1 \\',
        '  --request PUT \\',
        '  -H "Accept: application/json" \\',
        '  -H "Authorization: Bearer <access-token>" \\',
        '  -d domain="example.org"',
      ].join('\n'),
    );
  });

  test('each reader sees the host name by which they reach the server', async () => {
    const app = serve(ownDocument);
    for (const host of ['localhost:3000', '[::1]:3000', 'localhost:3000']) {
      const { body } = await app.inject({ url: '/reference', headers: { host } });
      expect(samples(body)[0]).toBe(`http://${host}/api/v1`);
    }
  });

  test.each(['"><script>alert(1)</script>', 'a b', 'user@host', 'x/y'])(
    'an invalid Host is not repeated on the reference page: %j',
    async (host) => {
      expect(samples(await pageOf(ownDocument, host))[0]).toBe('http://localhost/api/v1');
    },
  );

  test('a sample request sends a list field by field, in quotes that the shell takes off again', async () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string', example: 'Ann\'s "desk" & $(echo no) `echo no` \\' },
        scopes: { type: 'array', example: ['domains:read', 'domains:write'] },
        note: { type: 'string', example: 'left out' },
      },
      required: ['name', 'scopes'],
    };
    const document = JSON.parse(documentSaying('odd')());
    document.paths['/odd'].post.requestBody.content['application/json'].schema = schema;
    const [command = ''] = samples(sectionOf(await pageOf(() => JSON.stringify(document)), 'odd'));
    const words = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${command}`], {
      encoding: 'utf8',
    });
    expect(words.trimEnd().split('\n').slice(-6)).toEqual([
      '--data-urlencode',
      'name=Ann\'s "desk" & $(echo no) `echo no` \\',
      '-d',
      'scopes=domains:read',
      '-d',
      'scopes=domains:write',
    ]);
  });

  test('a sample request changes as little as it can when no field is required', async () => {
    const [command = ''] = samples(sectionOf(await pageOf(ownDocument), 'accounts.update'));
    expect(command.match(/ (?:-d|--data-urlencode) /g)).toHaveLength(1);
    expect(command).not.toContain('suspended');
  });

  test('a sample request accepts the type of the answer where that is not JSON', async () => {
    const [command = ''] = samples(sectionOf(await pageOf(ownDocument), 'domains.zoneFile'));
    expect(command).toContain('-H "Accept: text/dns" ');
  });

  test('the sample response is put together from the examples of the schemas', async () => {
    const sample = samples(sectionOf(await pageOf(ownDocument), 'domains.get'))[1] ?? '';
    expect(JSON.parse(sample)).toMatchObject({
      data: {
        id: 1,
        account_id: 1,
        domain: 'example.org',
        subdomain: null,
        verified: true,
        dns_records: [{ label: 'DKIM', type: 'TXT', hostname: '653216321fh._domainkey' }],
        updated_at: '2019-04-25T17:51:31+00:00',
        created_at: '2019-04-25T17:51:31+00:00',
      },
    });
  });

  test('the reference page says that an empty answer is empty', async () => {
    const section = sectionOf(await pageOf(ownDocument), 'domains.delete');
    expect(section).toContain('<strong>204</strong> Done; the answer is empty.');
    expect(samples(section)).toHaveLength(1);
  });

  test('the reference page comes to an end with a schema that contains itself', async () => {
    const document = JSON.parse(documentSaying('knot')());
    document.components.schemas.knot = {
      type: 'object',
      properties: { name: { type: 'string' }, child: { $ref: '#/components/schemas/knot' } },
    };
    const page = await pageOf(() => JSON.stringify(document));
    expect(JSON.parse(samples(sectionOf(page, 'knot'))[1] ?? '')).toEqual({
      data: { name: '…', child: null },
    });
  });

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    '</style></code></pre><svg onload=alert(1)>',
    '`<b>`&lt;',
  ])('hostile text is written as text on the reference page: %s', async (text) => {
    // With harmless words in its place, the page has the very same tags, but for where a long path may break.
    const tags = (page: string) => page.match(/<\/?(?!wbr>)[a-z][^\s>]*/g);
    const code = text.split('`').length > 1 ? '`b`b' : 'harmless';
    expect(tags(await pageOf(documentSaying(text)))).toEqual(tags(await pageOf(documentSaying(code))));
  });
});
