import { createHash } from 'node:crypto';
import { DIAGNOSES, DIAGNOSIS_CODES, ERROR_CATALOGUE } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { documentSaying, operations, ownDocument, pageOf, samples, sectionOf, serve } from './reference.ts';

test('/openapi.json is the document as it was written', async () => {
  const answer = await serve(ownDocument).inject('/openapi.json');
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.body).toBe(await ownDocument());
});

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
    expect(page).toContain(`<code id="code-${code}">${code}</code></th><td>${DIAGNOSES[code].severity}</td>`);
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
