import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startTestServer } from '../../running-server.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

test('single keys search, filter and add in the list, are listed by ?, and can be turned off', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.line('example.org').waitFor();
  await page.keyboard.press('/');
  await expect.poll(() => focused(page)).toBe('Search by name');
  await page.keyboard.type('ac?');
  expect(await page.getByLabel('Search by name').inputValue()).toBe('ac?');
  await app.button('Show all domains').click();
  await page.keyboard.press('c');
  await expect.poll(() => focused(page)).toBe('Domain');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.getByText('0 of 1 domain', { exact: true }).waitFor();
  await app.button('Show all domains').click();

  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect.poll(() => sheet.getByRole('term').allInnerTexts()).toEqual(['/', 'a', 'c', 'e', '?']);
  await sheet.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await page.keyboard.press('a');
  await page.keyboard.press('?');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.getByText('1 domain', { exact: true }).waitFor();
  await app.button('Shortcuts').click();
  expect(await sheet.getByRole('checkbox').isChecked()).toBe(false);
});

test('the keyboard alone is enough to sign in, add, filter, open, check, copy, hesitate and delete', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'first.example.org' });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await expect.poll(() => focused(page)).toBe('Token');
  await page.keyboard.insertText(server.token);
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('Domains');

  await tabTo(page, 'Add a domain');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('Domain');
  await page.keyboard.press('Escape');
  await expect.poll(() => focused(page)).toBe('Add a domain');
  await page.keyboard.press('Enter');
  await page.keyboard.type('example.org');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toContain('example.org');

  await tabTo(page, 'Copy the DKIM host');
  await page.keyboard.press('Space');
  await expect.poll(() => focused(page)).toBe('Copied the DKIM host');
  await tabTo(page, 'Check now');
  await page.keyboard.press('Enter');
  await app.found('RECORD_MISSING').waitFor();
  await tabTo(page, 'Short (most providers)');
  await page.keyboard.press('ArrowRight');
  await page
    .getByText(/^[a-z0-9]{11}\._domainkey\.example\.org$/)
    .first()
    .waitFor();

  await tabTo(page, 'Delete');
  await page.keyboard.press('Enter');
  // The way out has the focus at first.
  await expect.poll(() => focused(page)).toBe('Cancel');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('Delete');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Delete example.org');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('Domains');

  await tabTo(page, 'Search by name');
  await page.keyboard.type('first');
  await tabTo(page, 'first.example.org');
  await page.keyboard.press('Enter');
  await app.heading('first.example.org').waitFor();
  expect(tab.errors).toEqual([]);
});

test('every focused element shows that it has the focus', async () => {
  await using server = await startTestServer();
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto(`/accounts/1/domains/${id}`);
  await page.getByRole('button', { name: 'Check now' }).waitFor();
  const unmarked: string[] = [];
  for (let stop = 0; stop < 40; stop++) {
    await page.keyboard.press('Tab');
    const { name, isMarked } = await page.evaluate(() => {
      const element = document.activeElement;
      const marked = element?.matches('.choices input') ? element.nextElementSibling : element;
      const isMarked = marked !== null && getComputedStyle(marked).outlineStyle === 'solid';
      return { name: element?.textContent ?? '', isMarked: isMarked || element === document.body };
    });
    if (!isMarked) unmarked.push(name);
  }
  expect(unmarked).toEqual([]);
});

/** The name of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element instanceof HTMLInputElement) return element.labels?.[0]?.innerText.trim() || element.name;
    return (element?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
  });
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let stop = 0; stop < 60; stop++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to “${name}”.`);
}
