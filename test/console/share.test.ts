import type { DiagnosisCode } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { picture } from '../auth/picture.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { ConsolePage } from './console-page.ts';
import { dkimOf, publish } from './fixture.ts';
import { openTab } from './open-tab.ts';

const browser = useBrowser();

/** Longer than the page lets pass between two questions. */
const A_WHILE_MS = 10_000;

test('a share link is made, opened by somebody without an account, checked there, and revoked', async () => {
  await using server = await startTestServer();
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const app = new ConsolePage(tab.page);
  await tab.page.goto(`/accounts/1/domains/${domain.id}`);
  await app.button('Share').click();
  expect(await tab.page.getByLabel('Expires').inputValue()).toBe('7');
  await app.button('Create link').click();
  await app.button('Copy the link').click();
  await expect.poll(() => app.clipboard()).toContain('/share#lh_');
  const link = await app.clipboard();

  await using colleague = await openTab(browser(), server);
  const { page } = colleague;
  const shared = new ConsolePage(page);
  const addresses: string[] = [];
  await page.clock.install();
  page.on('request', (request) => addresses.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
  await page.goto(link);
  await page.getByText('Help desk asks you to add a DNS record for example.org').waitFor();
  await shared.badge('Waiting').waitFor();
  expect(await shared.button('Delete').count()).toBe(0);
  publish(server, domain);
  await shared.checkNow();
  await shared.badge('Verified').waitFor();
  await app.badge('Verified').waitFor();

  await tab.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await tab.page.getByText('Active links').waitFor({ state: 'detached' });
  // The keyboard stays in the dialog: the button that was pressed is gone.
  expect(await tab.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Close');
  await page.clock.fastForward(A_WHILE_MS);
  await page.getByText('This link no longer works').waitFor();

  const secret = new URL(link).hash.slice(1);
  expect(addresses.filter((address) => address.includes(secret))).toEqual([]);
  expect(server.log.join('\n')).not.toContain(secret);
  expect(colleague.errors).toEqual([]);
});

test('the page of a share link says who asks, with logo and contact', async () => {
  await using server = await startTestServer();
  const { link } = await share(server);
  const profile = { display_name: 'Acme Help Desk', contact_email: 'help@acme.example' };
  await server.letterhead.accounts.update.mutate({
    account: 1,
    ...profile,
    logo: picture().toString('base64'),
  });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  await page.goto(link);
  await page.getByText('Acme Help Desk asks you to add a DNS record').waitFor();
  await page.getByRole('banner').getByText('Acme Help Desk').waitFor();
  const contact = page.getByRole('link', { name: 'help@acme.example' });
  expect(await contact.getAttribute('href')).toBe('mailto:help@acme.example');
  const width = () => page.locator('img.logo').evaluate((logo: HTMLImageElement) => logo.naturalWidth);
  await expect.poll(width).toBe(64);
  expect(tab.errors).toEqual([]);
});

test('the page of a share link shows a new state without a reload', async () => {
  await using server = await startTestServer();
  const { link, domain } = await share(server);
  await using tab = await openTab(browser(), server);
  const app = new ConsolePage(tab.page);
  await tab.page.clock.install();
  await tab.page.goto(link);
  await app.badge('Waiting').waitFor();
  publish(server, domain);
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
  await tab.page.clock.fastForward(A_WHILE_MS);
  await app.badge('Verified').waitFor();
});

test('a check on a phone leaves no gap where the problem was, and says that everything is done', async () => {
  await using server = await startTestServer();
  const { link, domain } = await share(server);
  const { hostname, value } = dkimOf(domain);
  const doubled = `${hostname}.example.org.example.org`;
  server.dns.publish(doubled, { TXT: [value] });
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
  await using tab = await openTab(browser(), server, { viewport: { width: 360, height: 740 } });
  const { page } = tab;
  const app = new ConsolePage(page);
  const height = (code: DiagnosisCode) => app.found(code).evaluate((row) => row.clientHeight);
  await page.goto(link);
  await app.verdict('HOST_DOUBLED').waitFor();
  const before = await height('HOST_DOUBLED');
  server.dns.publish(doubled, null);
  publish(server, domain);
  await app.checkNow();
  await app.found('OK').waitFor();
  await page.getByText('There is nothing left for you to do').waitFor();
  const held = await height('OK');
  await page.reload();
  await app.found('OK').waitFor();
  const needed = await height('OK');
  expect(needed).toBeLessThan(before);
  expect(held).toBe(needed);
});

test('the page of a share link says only once that the server is away', async () => {
  await using server = await startTestServer();
  const { link } = await share(server);
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.clock.install();
  await page.goto(link);
  await app.badge('Waiting').waitFor();
  await page.route('**/trpc/share.view*', (route) => route.abort());
  await page.clock.fastForward(A_WHILE_MS);
  await page.getByText('Letterhead can’t be reached.').waitFor();
  await page.route('**/trpc/**', (route) => route.abort());
  await app.checkNow();
  await page.locator('.instructions').getByText('Letterhead can’t be reached.').waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  await page.unrouteAll();
  await app.button('Try again').click();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
});

test('a share link that has expired, or was not copied whole, says so', async () => {
  let offset = 0;
  await using server = await startTestServer({ clock: () => new Date(Date.now() + offset) });
  const { link } = await share(server);
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  offset = 8 * 24 * 3_600_000;
  await page.goto(link);
  await page.getByText('This link no longer works').waitFor();
  await page.goto('/share');
  await page.getByText('This link no longer works').waitFor();
});

async function share(server: TestServer) {
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { token } = await server.letterhead.shares.create.mutate({ account: 1, id: domain.id });
  return { domain, link: `/share#${token}` };
}
