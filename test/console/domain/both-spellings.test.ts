import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startTestServer } from '../../running-server.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { publish, withdraw } from '../fixture.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

/** Cyrillic throughout, and looks like a well-known name. */
const LETTERS = 'аррӏе.com';
const NAME = 'xn--80ak6aa92e.com';
const BOTH = `${LETTERS} (${NAME})`;

test('a name that looks like another one is shown in both spellings on every screen', async () => {
  await using server = await startTestServer({ dns: { zones: { [NAME]: {}, 'example.org': {} } } });
  const { letterhead } = server;
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  const expectBoth = () => expectBothSpellings(page);

  await page.goto('/');
  await page.getByLabel('Domain', { exact: true }).fill(LETTERS);
  await app.button('Add the domain').click();
  await app.heading(BOTH).waitFor();
  await app.found('RECORD_MISSING').waitFor();
  await page.getByRole('list').getByText(`${BOTH} was added.`).waitFor();
  await page
    .getByRole('status')
    .getByText(`Checked: ${BOTH} is not verified. The DKIM record is missing`)
    .waitFor({ state: 'attached' });
  expect(await page.title()).toBe(`${BOTH} · Letterhead`);
  await expectBoth();

  for (const [button, title] of [
    ['Rename', `Rename ${BOTH}`],
    ['Share', `Share ${BOTH}`],
    ['Delete', `Delete ${BOTH}?`],
  ] as const) {
    await app.button(button).click();
    await page.getByRole('dialog', { name: title, exact: true }).waitFor();
    await expectBoth();
    await page.keyboard.press('Escape');
  }
  await app.button('Write the e-mail').click();
  const mail = await page.getByRole('link', { name: 'Open in e-mail' }).getAttribute('href');
  expect(mail).toContain(`subject=${encodeURIComponent(`DNS records for ${BOTH}`)}&`);
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Domains' }).first().click();
  await app.line(BOTH).waitFor();
  await expectBoth();
  await app.button('Add a domain').click();
  await page.getByLabel('Domain', { exact: true }).fill(NAME);
  await page.getByText(`You have ${BOTH} here already.`).waitFor();
  await page.getByRole('link', { name: `Open ${BOTH}`, exact: true }).waitFor();
  await expectBoth();
  await page.keyboard.press('Escape');

  // What somebody else does is spoken.
  const [domain] = await letterhead.domains.list.query({ account: 1 });
  if (domain === undefined) throw new Error('The domain was not made.');
  const { id } = domain;
  const spoken = (text: string) => page.getByRole('status').getByText(text).waitFor({ state: 'attached' });
  publish(server, domain);
  await letterhead.domains.verifyDns.mutate({ account: 1, id });
  await spoken(`The DKIM record of ${BOTH} was verified.`);
  withdraw(server, domain);
  await letterhead.domains.verifyDns.mutate({ account: 1, id });
  await spoken(`The DKIM record of ${BOTH} is no longer verified`);
  await expectBoth();

  const share = await letterhead.shares.create.mutate({ account: 1, id });
  await letterhead.shares.revoke.mutate({ account: 1, id, share: share.id });
  await letterhead.domains.update.mutate({ account: 1, id, domain: 'example.org' });
  await letterhead.domains.update.mutate({ account: 1, id, domain: NAME });
  await page.getByRole('link', { name: 'Events' }).click();
  for (const sentence of [
    `${BOTH} was added.`,
    `The DKIM record of ${BOTH} was verified.`,
    `The DKIM record of ${BOTH} is no longer verified`,
    `A share link for ${BOTH} was created.`,
    `A share link for ${BOTH} was revoked.`,
    `${BOTH} was renamed to example.org, with a new key.`,
    `example.org was renamed to ${BOTH}, with a new key.`,
  ])
    await page.getByRole('rowheader').getByText(sentence).first().waitFor();
  await page.getByRole('link', { name: BOTH, exact: true }).first().waitFor();
  await expectBoth();
  await letterhead.domains.delete.mutate({ account: 1, id });
  await page.getByRole('rowheader').getByText(`${BOTH} was deleted.`).waitFor();
  expect(tab.errors).toEqual([]);
});

test('a person who opens a share link sees a lookalike name in both spellings', async () => {
  await using server = await startTestServer({ dns: { zones: { [NAME]: {} } } });
  const { letterhead } = server;
  const { id } = await letterhead.domains.create.mutate({ account: 1, domain: NAME });
  const { token } = await letterhead.shares.create.mutate({ account: 1, id });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  await page.goto(`/share#${token}`);
  await page.getByText(`Help desk asks you to add a DNS record for ${BOTH}`).waitFor();
  await new ConsolePage(page).heading(BOTH).waitFor();
  expect(await page.title()).toBe(`DNS records for ${BOTH} · Letterhead`);
  await expectBothSpellings(page);
});

/** Wherever the letters stand, they are isolated and the other spelling follows. */
async function expectBothSpellings(page: Page): Promise<void> {
  const text = await page.locator('body').evaluate((body) => body.textContent ?? '');
  expect(text).toContain(BOTH);
  expect(text.replaceAll(BOTH, '')).not.toContain(LETTERS);
  const isolated = await page.locator('bdi', { hasText: LETTERS }).count();
  expect(isolated).toBe(text.split(BOTH).length - 1);
}
