import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import type { ConsoleFixture } from '../fixture.ts';
import { startFixture } from '../fixture.ts';
import { openTab, type TabOptions } from '../open-tab.ts';

/** What no scanner finds: where the focus is, what is read out, and what is lost. */

const browser = useBrowser();
let fixture: ConsoleFixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

function signedIn(options: TabOptions = {}) {
  return openTab(browser(), fixture.server, { token: fixture.server.token, ...options });
}

const pathOf = (key: keyof ConsoleFixture['domains']) => `/accounts/1/domains/${fixture.domains[key].id}`;

test.each([
  ['a token', createToken, 'Copy it now. You won’t see it again.'],
  ['a share link', createLink, 'Copy this link now. You won’t see it again.'],
])(
  'after %s was created, the keyboard goes on with the secret, which is read out',
  async (_, create, says) => {
    await using tab = await signedIn();
    await create(tab.page);
    await expect.poll(() => focusedText(tab.page)).toContain(says);
  },
);

test.each([
  ['a token', createToken],
  ['a share link', createLink],
])(
  '%s that was not copied is not lost by Escape, twice, the cross or a click beside the dialog',
  async (_, create) => {
    await using tab = await signedIn();
    const { page } = tab;
    const app = new ConsolePage(page);
    await create(page);
    const secret = page.getByRole('dialog').locator('.secret code');
    const warning = page.getByRole('alert').filter({ hasText: 'If you close this, it is lost.' });
    for (const close of [
      () => page.keyboard.press('Escape'),
      () => app.button('Close').click(),
      () => page.mouse.click(5, 300),
    ]) {
      await close();
      await warning.waitFor();
      expect(await focusedText(page)).toBe('Go back');
      await page.keyboard.press('Escape');
      await secret.waitFor();
      await app.button('Go back').click();
      await warning.waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: /^Copy the (?:token|link)$/ }).click();
    await page.getByRole('button', { name: /^Copied the/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  },
);

test('a dialog closes on Escape and on a click beside it, and gives the focus back', async () => {
  await using tab = await signedIn();
  const { page } = tab;
  await page.goto(pathOf('verified'));
  for (const close of [() => page.keyboard.press('Escape'), () => page.mouse.click(5, 300)]) {
    await page.getByRole('button', { name: 'Delete' }).click();
    // The way out has the focus, and not what destroys.
    expect(await focusedText(page)).toBe('Cancel');
    await close();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focusedText(page)).toBe('Delete');
  }
});

test('what was pressed keeps the focus until it is done, and what comes in its place takes it', async () => {
  await using tab = await signedIn();
  const { page } = tab;
  const { id } = await fixture.server.letterhead.webhooks.create.mutate({
    account: 1,
    url: 'https://hooks.example.org/',
  });
  const press = async (name: string, done: string) => {
    await page.getByRole('button', { name }).press('Enter');
    await page.getByText(done).first().waitFor();
    return focusedText(page);
  };
  await page.goto('/accounts/1/settings');
  expect(await press('Save changes', 'Saved.')).toBe('Save changes');
  await page.goto(`/accounts/1/settings/webhooks/${id}`);
  expect(await press('Disable', 'Everything. Disabled.')).toBe('Enable');

  const { account_id: account, id: degraded } = fixture.domains.degraded;
  const { shares } = fixture.server.letterhead;
  for (let at = 0; at < 8; at++) await shares.create.mutate({ account, id: degraded });
  await page.goto(pathOf('degraded'));
  await page.getByRole('button', { name: /^Show \d+ earlier$/ }).press('Enter');
  expect(await focusedText(page)).toContain('record failed a check');
});

test('in forced colours the current page and the chosen filter look other than the rest', async () => {
  await using tab = await signedIn();
  const { page } = tab;
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('/');
  await page.getByRole('link', { name: 'example.org', exact: true }).waitFor();
  const background = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await background('nav [aria-current="page"]')).not.toBe(
    await background('nav a:not([aria-current])'),
  );
  expect(await background('.choices input:checked + span')).not.toBe(
    await background('.choices input:not(:checked) + span'),
  );
});

test('an internationalised name is two words to a screen reader, and not one', async () => {
  await using tab = await signedIn();
  const { page } = tab;
  await page.goto('/');
  const name = 'bücher.example (xn--bcher-kva.example)';
  await page.getByRole('link', { name, exact: true }).waitFor();
  await page.goto(pathOf('idn'));
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.goto('/accounts/1/events');
  await page.getByRole('link', { name, exact: true }).first().waitFor();
});

test('without scripts the first screen says what to do', async () => {
  const context = await browser().newContext({
    baseURL: fixture.server.url,
    javaScriptEnabled: false,
    viewport: { width: 800, height: 400 },
  });
  const page = await context.newPage();
  await page.goto('/share#lh_x');
  expect(await page.locator('noscript h1').innerText()).toBe('Letterhead needs JavaScript');
  const advice = page.locator('noscript p').last();
  expect(await advice.innerText()).toContain('ask them to send the records as text');
  expect((await advice.boundingBox())?.y).toBeLessThan(400);
  await context.close();
});

test('what says that the server can’t be reached goes when it can be reached again', async () => {
  await using tab = await signedIn();
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.clock.install();
  await page.goto(pathOf('doubled'));
  await app.verdict('HOST_DOUBLED').waitFor();
  await page.route('**/trpc/**', (route) => route.abort());
  await app.checkNow();
  const notice = page.getByText('Letterhead can’t be reached.');
  await notice.waitFor();
  await page.unroute('**/trpc/**');
  await page.clock.fastForward('10:00');
  await notice.waitFor({ state: 'detached' });

  // The first visit is repeated by itself as well.
  await page.route('**/trpc/**', (route) => route.abort());
  await page.goto('/');
  await page.clock.fastForward('00:05');
  await notice.waitFor();
  await page.unroute('**/trpc/**');
  await page.clock.fastForward('00:10');
  await app.heading('Domains').waitFor();
});

async function createToken(page: Page): Promise<void> {
  await page.goto('/accounts/1/tokens');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByLabel('Name', { exact: true }).fill('For the keyboard');
  await page.keyboard.press('Enter');
  await page.getByText('Copy it now').waitFor();
}

async function createLink(page: Page): Promise<void> {
  await page.goto(pathOf('verified'));
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Create link' }).press('Enter');
  await page.getByText('Copy this link now').waitFor();
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => (document.activeElement?.textContent ?? '').trim());
}
