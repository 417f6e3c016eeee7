import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createLetterhead } from '@letterhead/client';
import { DIAGNOSES, DIAGNOSIS_CODES, ERROR_CATALOGUE } from '@letterhead/shared';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { serveReference } from '../../server/http/reference-page.ts';
import { describeApi } from '../../server/rest/openapi.ts';
import { listOperations } from '../../server/rest/operations.ts';
import { PROOF_OPERATION } from '../../server/rest/proof-operation.ts';
import { appRouter } from '../../server/router/index.ts';
import { startTestServer } from '../running-server.ts';

const operations = listOperations(appRouter);
type WriteDocument = () => string | Promise<string>;

const ownDocument = () => describeApi([...operations, PROOF_OPERATION], '1.2.3');
const apps: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

function serve(document: WriteDocument): FastifyInstance {
  const app = fastify();
  apps.push(app);
  serveReference(app, async () => document());
  return app;
}

async function pageOf(document: WriteDocument, host = '127.0.0.1:3000'): Promise<string> {
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
    expect(answer.body).toBe(await ownDocument());
  });
});

describe('/reference', () => {
  test('the reference page allows nothing but its own style sheet and its own script, by their hashes', async () => {
    const answer = await serve(ownDocument).inject('/reference');
    const hashOf = (tag: string) => {
      const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(answer.body) ?? [];
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toBe(
      `default-src 'none'; style-src ${hashOf('style')}; script-src ${hashOf('script')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    );
  });

  test('the reference page has one script, no inline style and no asset from anywhere', async () => {
    const page = await pageOf(ownDocument);
    expect(page.match(/<script\b/gi)).toHaveLength(1);
    expect(page).not.toMatch(/<(?:img|iframe|link|object|embed|base)\b/i);
    expect(page).not.toMatch(/<[^>]+\s(?:on\w+|style|src)=/i);
    expect(page).not.toMatch(/url\(|@import/i);
    const links = [...page.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href);
    expect(links.filter((href) => !href?.startsWith('#'))).toEqual(['/openapi.json', '/']);
  });

  test('every property and parameter of the reference has a description, and no example is left open', async () => {
    const page = await pageOf(ownDocument);
    expect(page).not.toContain('<div class="prose"></div>');
    expect(samples(page).filter((sample) => /"…"/.test(sample))).toEqual([]);
  });

  test('the reference says once what each error and each diagnosis code means', async () => {
    const page = await pageOf(ownDocument);
    for (const code of Object.keys(ERROR_CATALOGUE).filter((one) => one !== 'method_not_allowed')) {
      expect(page.split(`id="error-${code}"`)).toHaveLength(2);
    }
    for (const code of DIAGNOSIS_CODES) {
      expect(page).toContain(
        `<code id="code-${code}">${code}</code></th><td>${DIAGNOSES[code].severity}</td>`,
      );
    }
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

  test('a sample request sends a raw message from a file where an operation takes nothing else', async () => {
    const section = sectionOf(await pageOf(ownDocument), 'domains.proof');
    const [curl, inFetch, python, client] = samples(section);
    expect(curl).toBe(
      [
        'curl http://127.0.0.1:3000/api/v1/accounts/1/domains/1/proof \\',
        '  --request POST \\',
        '  -H "Accept: application/json" \\',
        '  -H "Authorization: Bearer <access-token>" \\',
        '  -H "Content-Type: message/rfc822" \\',
        '  --data-binary @message.eml',
      ].join('\n'),
    );
    for (const sample of [inFetch, python]) expect(sample).toMatch(/message\/rfc822[\s\S]*message\.eml/);
    expect(client).not.toContain('letterhead.domains');
  });

  test('the sample response is put together from the examples of the schemas', async () => {
    const sample = samples(sectionOf(await pageOf(ownDocument), 'domains.get'))[4] ?? '';
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
    expect(section).toContain('<strong>204</strong>');
    expect(samples(section)).toHaveLength(4);
  });

  test('the reference page comes to an end with a schema that contains itself', async () => {
    const document = JSON.parse(documentSaying('knot')());
    document.components.schemas.knot = {
      type: 'object',
      properties: { name: { type: 'string' }, child: { $ref: '#/components/schemas/knot' } },
    };
    const page = await pageOf(() => JSON.stringify(document));
    const [example = ''] = samples(page.slice(page.indexOf('<section class="schema"')));
    expect(JSON.parse(example)).toEqual({ name: '…', child: { name: '…', child: null } });
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

describe('samples', () => {
  /** Runs the sample of an operation in JavaScript; resolves to what it calls `data`. */
  async function run(page: string, operation: string, at: number, token: string): Promise<unknown> {
    const sample = samples(sectionOf(page, operation))[at] ?? '';
    const code = sample.replaceAll('<access-token>', token).replace(/^import .*$/m, '');
    const names = ['createLetterhead', `${code}\nreturn typeof data === 'undefined' ? null : data;`];
    const AsyncFunction: FunctionConstructor = Object.getPrototypeOf(async () => {}).constructor;
    return AsyncFunction(...names)(createLetterhead);
  }

  test('the samples for fetch and for the typed client run as they stand, with a token put in', async () => {
    await using server = await startTestServer();
    const page = await (await fetch(`${server.url}/reference`)).text();
    const [FETCH, CLIENT] = [1, 3];
    expect(await run(page, 'domains.create', FETCH, server.token)).toMatchObject({ domain: 'example.org' });
    expect(await run(page, 'domains.get', CLIENT, server.token)).toMatchObject({ domain: 'example.org' });
    expect(await run(page, 'domains.diagnosis', FETCH, server.token)).toMatchObject({ status: 'pending' });
    expect(await run(page, 'tokens.create', CLIENT, server.token)).toMatchObject({ name: 'Help desk' });
    for (const at of [FETCH, CLIENT])
      expect(await run(page, 'shares.create', at, server.token)).toMatchObject({ id: expect.any(Number) });
    expect(await run(page, 'domains.delete', CLIENT, server.token)).toBeNull();
    await expect(run(page, 'domains.get', FETCH, server.token)).rejects.toThrow();
  });

  test('the sample of a download writes a file: curl writes no such thing to a terminal', async () => {
    await using server = await startTestServer();
    const page = await (await fetch(`${server.url}/reference`)).text();
    expect(samples(sectionOf(page, 'installation.backup'))[0]).toMatch(
      / \\\n {2}--output letterhead\.tar\.gz$/,
    );
  });

  test('the sample in Python has the words of Python for true, false and nothing', async () => {
    const section = sectionOf(await pageOf(ownDocument), 'domains.create');
    expect(samples(section)[2]?.split('\n').slice(2)).toEqual([
      'response = requests.post(',
      '    "http://127.0.0.1:3000/api/v1/accounts/1/domains",',
      '    headers={"Authorization": "Bearer <access-token>"},',
      '    json={"domain": "example.org"},',
      ')',
      'response.raise_for_status()',
      'data = response.json()["data"]',
    ]);
    const document = JSON.parse(documentSaying('odd')());
    const properties = { yes: { const: true }, no: { const: false }, nothing: { const: null } };
    document.paths['/odd'].post.requestBody.content['application/json'].schema = {
      type: 'object',
      properties,
      required: Object.keys(properties),
    };
    const odd = samples(sectionOf(await pageOf(() => JSON.stringify(document)), 'odd'));
    expect(odd[2]).toContain('json={"yes": True, "no": False, "nothing": None}');
  });
});
