import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../running-server.ts';
import { startTestServer } from '../../running-server.ts';
import { useBrowser } from '../browser-suite.ts';
import { dkimOf } from '../fixture.ts';
import { openTab } from '../open-tab.ts';

/** The longest names that the product takes, none of which offers a place to break. */
const LONG = 'W'.repeat(200);
const LABEL = `w${'m'.repeat(61)}w`;
const NAME = `${LABEL}.example`;
const IDN = `${'ü'.repeat(40)}.${LABEL}.example`;

const WIDTHS = [320, 360, 768, 1024, 1280, 1920, 2560, 3840];

const browser = useBrowser();
let server: TestServer;
let long: { account: number; domain: number; idn: number; share: string };
beforeAll(async () => {
  server = await startTestServer({
    environment: { RATE_LIMIT_PER_MINUTE: '0', RETURN_PATH_HOST: 'bounces.letterhead.example' },
    dns: { zones: { [NAME]: {}, 'letterhead.example': {} } },
  });
  long = await fillAccount();
});
afterAll(() => server[Symbol.asyncDispose]());

/** An account in which everything that can have a name has a long one, with a wrong record that says so. */
async function fillAccount() {
  const { letterhead, dns } = server;
  const { id: account } = await letterhead.accounts.create.mutate({ name: LONG });
  await letterhead.tokens.create.mutate({
    account,
    name: LONG,
    scopes: ['domains:read', 'domains:write', 'admin'],
  });
  const domain = await letterhead.domains.create.mutate({ account, domain: NAME });
  const idn = await letterhead.domains.create.mutate({ account, domain: IDN });
  const { hostname, value } = dkimOf(domain);
  dns.publish(`${hostname}.${NAME}.${NAME}`, { TXT: [value] });
  dns.publish(`${hostname}.${NAME}`, { TXT: ['x'.repeat(255)] });
  await letterhead.domains.verifyDns.mutate({ account, id: domain.id });
  const share = await letterhead.shares.create.mutate({ account, id: domain.id });
  return { account, domain: domain.id, idn: idn.id, share: share.token };
}

/** Each screen that shows a name, and how it is opened. */
const SCREENS: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
  ['the list', (page) => open(page, 'domains', NAME)],
  [
    'the choice of account',
    async (page) => {
      await open(page, 'domains', NAME);
      await page.getByRole('button', { name: 'Account:' }).click();
      await page.getByRole('dialog').getByText(LONG).waitFor();
    },
  ],
  [
    'the list with all selected',
    async (page) => {
      await open(page, 'domains', NAME);
      await page.getByRole('button', { name: 'Select all' }).click();
    },
  ],
  [
    'a domain with a wrong record and all details',
    async (page) => {
      await openDomain(page, long.domain);
      for (const label of ['DKIM', 'Return-Path']) {
        await page.getByRole('button', { name: `Details of the ${label} record` }).click();
      }
      for (const summary of await page.locator('summary').all()) await summary.click();
    },
  ],
  ['an internationalised domain', (page) => openDomain(page, long.idn)],
  ['the dialog to delete', (page) => openDialog(page, 'Delete')],
  ['the dialog to rename', (page) => openDialog(page, 'Rename')],
  [
    'the dialog to share',
    async (page) => {
      await openDialog(page, 'Share');
      await page.getByRole('button', { name: 'Create link' }).click();
      await page.getByText('Copy this link now').waitFor();
      await page.keyboard.press('Escape');
    },
  ],
  ['the tokens', (page) => open(page, 'tokens', 'lh_')],
  ['the settings', (page) => open(page, 'settings', 'Suspend this account')],
  ['the events', (page) => open(page, 'events', 'was created.')],
  [
    'a search that finds nothing',
    async (page) => {
      await open(page, 'domains', NAME);
      await page.getByLabel('Search by name').fill(LONG);
      await page.getByText('No domain here has').waitFor();
    },
  ],
  [
    'the page of a share link',
    async (page) => {
      await page.goto(`/share#${long.share}`);
      await page.getByText('asks you to add').waitFor();
    },
  ],
  [
    'the reference',
    async (page) => {
      await page.goto('/reference');
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  ],
];

test.each(SCREENS)(
  'no element is wider than its page, at eight widths, nor at three with letters twice as large: %s',
  async (_, openScreen) => {
    await using tab = await openTab(browser(), server, { token: server.token });
    const { page } = tab;
    await openScreen(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectFitting(page, `${width}`);
    }
    const devtools = await page.context().newCDPSession(page);
    for (const width of [1280, 360, 320]) {
      await page.setViewportSize({ width, height: 800 });
      // Each time: the new size can take it back.
      await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
      await expect.poll(() => page.evaluate(isTwiceAsLarge)).toBe(true);
      await expectFitting(page, `${width} at 200 %`);
    }
    expect(tab.errors).toEqual([]);
  },
);

/** Whether the page has taken the size of letters, for its media queries too. */
function isTwiceAsLarge(): boolean {
  const { fontSize } = getComputedStyle(document.documentElement);
  return fontSize === '32px' && matchMedia(`(max-width: ${innerWidth / 32}rem)`).matches;
}

/** Expects that nothing sticks out, once the page has taken its new size. */
async function expectFitting(page: Page, size: string): Promise<void> {
  await expect.poll(async () => ({ size, tooWide: await tooWide(page) })).toEqual({ size, tooWide: [] });
}

/** What sticks out of the page or of a box that hides it, as far as it can be seen. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found = document.documentElement.scrollWidth > width ? ['the page scrolls sideways'] : [];
    for (const element of document.body.querySelectorAll('*')) {
      const { left, right, width: own } = element.getBoundingClientRect();
      // A table is as wide as its page at most, and what is in it no wider than the table.
      const end = Math.min(width, element.closest('table')?.getBoundingClientRect().right ?? width);
      const sticksOut = left < -1 || right > end + 1;
      // Most elements are right, and their styles would take most of the time.
      if (own === 0 || !(sticksOut || element.scrollWidth > element.clientWidth + 1)) continue;
      if (
        element.closest('.visually-hidden, .skip, .scroll, pre, option, svg, .details-word, caption, thead')
      )
        continue;
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isEllipsis = textOverflow === 'ellipsis' && element.hasAttribute('title');
      if (sticksOut || (overflowX === 'hidden' && !isEllipsis)) {
        found.push(
          `${element.tagName} ${element.className} “${element.textContent?.slice(0, 40)}” ${Math.round(left)}–${Math.round(right)} of ${width}`,
        );
      }
    }
    return found;
  });
}

async function open(page: Page, what: string, text: string): Promise<void> {
  await page.goto(`/accounts/${long.account}/${what}`);
  await page.getByText(text).first().waitFor();
}

async function openDomain(page: Page, id: number): Promise<void> {
  await page.goto(`/accounts/${long.account}/domains/${id}`);
  await page.getByRole('list').getByText('was added.').waitFor();
  await page.getByText('Checked ').first().waitFor();
}

async function openDialog(page: Page, name: string): Promise<void> {
  await openDomain(page, long.domain);
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog').waitFor();
}
