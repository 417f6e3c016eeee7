import { resolve } from 'node:path';
import type { Response } from 'playwright-core';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { ConsolePage } from './console-page.ts';
import { openTab } from './open-tab.ts';

const browser = useBrowser();
const root = resolve(import.meta.dirname, '../..');

/** What a browser downloads until the list is there, compressed. */
const MOST_SCRIPT_AT_FIRST_LOAD = 62 * 1024;

test('the first load of the console is small, and asks no other host', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const responses: Response[] = [];
  page.on('response', (response) => responses.push(response));
  await new ConsolePage(page).signIn(server.token);
  await page.getByText('Send mail in your own name').waitFor();
  expect(responses.map((response) => response.url()).filter((url) => !url.startsWith(server.url))).toEqual(
    [],
  );
  const scripts = responses.filter((response) => response.request().resourceType() === 'script');
  const sizes = await Promise.all(
    scripts.map(async (script) => (await script.request().sizes()).responseBodySize),
  );
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_SCRIPT_AT_FIRST_LOAD);
  expect(tab.errors).toEqual([]);
});

test('every page carries the policy, and is kept from search engines, frames and caches', async () => {
  await using server = await startTestServer();
  for (const path of ['/', '/accounts/1/domains', '/accounts/1/domains/7', '/share']) {
    const { status, headers } = await fetch(`${server.url}${path}`);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-robots-tag')).toBe('noindex');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-cache');
  }
});

test('at an unknown address a person gets a page with a way home, and a program gets the error of the API', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const response = await page.goto('/somewhere/else?really');
  expect(response?.status()).toBe(404);
  expect(await response?.headerValue('content-security-policy')).toContain("default-src 'none'");
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await page.getByRole('link', { name: 'All domains' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(tab.errors).toEqual([]);

  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const answers: [method: string, path: string, headers: Record<string, string>, status: number][] = [
    ['GET', '/somewhere/else', {}, 404],
    ['GET', '/somewhere/else', { accept: 'application/json' }, 404],
    ['POST', '/somewhere/else', html, 404],
    ['GET', '/api/v1/somewhere', html, 404],
    ['GET', '/api/v1/accounts/1/domains/1/verify-dns', html, 405],
    ['GET', '/trpc/domains.nowhere', html, 404],
    ['POST', '/', html, 405],
  ];
  for (const [method, path, headers, status] of answers) {
    const answer = await fetch(`${server.url}${path}`, { method, headers });
    expect([method, path, answer.status]).toEqual([method, path, status]);
    expect(answer.headers.get('content-type')).toContain('application/json');
  }
  const { headers } = await fetch(`${server.url}/somewhere/else`, { headers: html });
  const again = await fetch(`${server.url}/somewhere/else`, {
    headers: { ...html, 'if-none-match': headers.get('etag') ?? '' },
  });
  expect(again.status).toBe(404);
});

test('static files come compressed as asked for, are cached forever when their name is a hash, and are not compressed twice', async () => {
  await using server = await startTestServer();
  const html = await (await fetch(server.url)).text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
  const get = (headers: Record<string, string>) => fetch(`${server.url}${script}`, { headers });
  const plain = await get({ 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const text = await plain.text();
  for (const coding of ['br', 'gzip']) {
    const packed = await get({ 'accept-encoding': coding });
    expect(packed.headers.get('content-encoding')).toBe(coding);
    expect(await packed.text()).toBe(text);
  }
  const again = await get({ 'if-none-match': plain.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
});

test('the bundle of the console holds no server code and no schema', async () => {
  const output = await build({
    root: resolve(root, 'client/console'),
    logLevel: 'error',
    build: { write: false },
  });
  const chunks = [output].flat().flatMap((result) => ('output' in result ? result.output : []));
  const modules = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  expect(modules).toContain(resolve(root, 'client/console/src/main.tsx'));
  const foreign = [
    resolve(root, 'server'),
    resolve(root, 'shared'),
    ...['zod', 'tldts', 'tr46', 'react'].map(packageFolder),
  ];
  // What both sides say alike is text, and needs no schema.
  const texts = ['diagnosis-codes', 'fix', 'record-name', 'record-text', 'rules', 'unlikely-name'].map(
    (name) => resolve(root, 'shared', `${name}.ts`),
  );
  const found = modules.filter((id) => foreign.some((folder) => id.startsWith(`${folder}/`)));
  expect(found.toSorted()).toEqual(texts);
}, 60_000);

function packageFolder(name: string): string {
  return resolve(root, 'node_modules', name);
}
