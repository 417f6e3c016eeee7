import fc from 'fast-check';
import type { Page } from 'playwright-core';

/** What a program that reads sentences would take for a zone, a host, a value, or a word with a meaning. */
const PIECES = [
  'In the DNS settings of',
  'elsewhere.example,',
  '“abc._domainkey”',
  'from',
  'to',
  'remove',
  'and keep',
  'x.',
];
const sentences = fc.array(fc.constantFrom(...PIECES), { minLength: 3, maxLength: 12 });

/** Puts other words, at random, in the place of each sentence of a diagnosis on its way from the server to the page. */
export async function rewordDiagnoses(page: Page): Promise<void> {
  await page.route('**/trpc/**', async (route) => {
    // The stream of events has no end to wait for, and no sentences.
    if (route.request().url().includes('events.stream')) return route.continue();
    const response = await route.fetch();
    const isJson = response.headers()['content-type']?.includes('json') === true;
    const body = isJson ? JSON.stringify(await response.json(), reword) : await response.body();
    await route.fulfill({ response, body });
  });
}

function reword(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('detail' in value && 'fix' in value)) return value;
  return { ...value, title: sentence(), detail: sentence(), fix: value.fix === null ? null : sentence() };
}

function sentence(): string {
  const [words = []] = fc.sample(sentences, 1);
  return words.join(' ');
}
