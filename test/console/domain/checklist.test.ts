import type { Locator, Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import type { ZoneNames } from '../../dns/zone.ts';
import { startTestServer, type TestServer } from '../../running-server.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { dkimOf } from '../fixture.ts';
import { countLayoutShift, layoutShift } from '../layout-shift.ts';
import { openTab, type TabOptions } from '../open-tab.ts';

const browser = useBrowser();

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
const ROUTE_53 = ['ns-1.awsdns-01.com', 'ns-2.awsdns-02.net'];
const LONG_NAME = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`;

test.each([
  ['in the first 500 px of a window', WIDE, 500],
  ['on the first screen of a phone', PHONE, PHONE.height],
])('a new domain’s records, all of them, stand %s, after at most 120 words', async (_, viewport, bottom) => {
  await using opened = await openDomain('example.org', { viewport }, ROUTE_53);
  const { page, app } = opened;
  await page.getByRole('heading', { name: 'Add 2 records to example.org' }).waitFor();
  await page.getByText('0 of 2 found').waitFor();
  await app.found('RECORD_MISSING').first().waitFor();
  for (const label of ['DKIM', 'Return-Path'] as const) {
    const copied = app.record(label).getByRole('button', { name: `Copy the ${label} value` });
    expect(await bottomOf(copied)).toBeLessThanOrEqual(bottom);
  }
  expect(await bottomOf(page.locator('table.records'))).toBeLessThanOrEqual(bottom);
  expect(await wordsBefore(page, 'Copy the DKIM host')).toBeLessThanOrEqual(120);
  // Each record is there once: one host and one value to copy.
  expect(await page.locator('.instructions').getByRole('button', { name: /^Copy/ }).count()).toBe(4);
});

test('a domain whose records are all found says so in one line', async () => {
  await using opened = await openDomain('example.org', { viewport: WIDE });
  const { server, page, app, domain } = opened;
  for (const { hostname, type, value } of domain.dns_records) {
    server.dns.publish(`${hostname}.example.org`, type === 'TXT' ? { TXT: [value] } : { CNAME: value });
  }
  await app.checkNow();
  await page.getByRole('heading', { name: 'Both records are published' }).waitFor();
  await page.getByText('2 of 2 found').waitFor();
  expect(await page.locator('.verdict').count()).toBe(0);
  expect(await page.getByText('There is nothing left to do: keep the records in place.').count()).toBe(1);
});

test('hosts in full are in full in what there is to do, too', async () => {
  await using opened = await openDomain('example.org');
  const { server, page, app, domain } = opened;
  const { hostname, value } = dkimOf(domain);
  server.dns.publish(`${hostname}.example.org.example.org`, { TXT: [value] });
  await app.checkNow();
  const toDo = app.verdict('HOST_DOUBLED').locator('.instruction');
  await toDo.getByText(hostname, { exact: true }).waitFor();
  await page.getByLabel('Full', { exact: true }).check();
  await toDo.getByText(`${hostname}.example.org`, { exact: true }).waitFor();
  await toDo.getByText(`${hostname}.example.org.example.org`, { exact: true }).waitFor();
});

const GOOGLE = ['ns-cloud-a1.googledomains.com', 'ns-cloud-a2.googledomains.com'];

test('a page that learns who the provider is moves nothing that is read', async () => {
  const server = await serverAt(['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com']);
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token, viewport: WIDE });
  await countLayoutShift(tab.page);
  await tab.page.goto(`/accounts/1/domains/${id}`);
  await tab.page.getByText('The DNS of example.org is at Cloudflare').waitFor();
  await tab.page.getByText('At Cloudflare, enter the host without .example.org in “Name”').waitFor();
  expect(await layoutShift(tab.page)).toBeLessThan(0.02);
});

test('name servers that two providers share lead to both, with the plain value until one is chosen', async () => {
  await using opened = await openDomain('example.org', {}, GOOGLE);
  const { page, app, domain } = opened;
  const { value } = dkimOf(domain);
  await page.getByText('The DNS of example.org is at Squarespace').waitFor();
  await page.getByRole('link', { name: /of Squarespace/ }).waitFor();
  await page.getByRole('link', { name: /of Google Cloud DNS/ }).waitFor();
  const copy = app.button('Copy the DKIM value');
  await copy.click();
  await expect.poll(() => app.clipboard()).toBe(value);
  await page.getByLabel('Google Cloud DNS').check();
  await page.getByText('Long values go in quotation marks').waitFor();
  await app
    .record('DKIM')
    .getByRole('button', { name: /DKIM value$/ })
    .click();
  await expect.poll(() => app.clipboard()).toBe(`"${value.slice(0, 255)}" "${value.slice(255)}"`);
});

test('a person who typed quotation marks is never told to type them, where long values have them otherwise', async () => {
  await using opened = await openDomain('example.org', {}, ROUTE_53);
  const { server, page, app, domain } = opened;
  const { hostname, value } = dkimOf(domain);
  await page.getByText('Long values go in quotation marks').waitFor();
  server.dns.publish(`${hostname}.example.org`, { TXT: [`"${value}"`] });
  await app.checkNow();
  await app.verdict('QUOTES_IN_VALUE').waitFor();
  await app.button('Copy the DKIM value').click();
  await expect.poll(() => app.clipboard()).toBe(value);
  expect(await page.getByText('Long values go in quotation marks').count()).toBe(0);
});

test('labels of 60 letters stay within a page from 320 to 1920 px wide', async () => {
  const widths = [320, 360, 768, 1280, 1920];
  await using opened = await openDomain(LONG_NAME);
  const { server, page, app, domain } = opened;
  const { hostname, value } = dkimOf(domain);
  const scrollWidths = async () => {
    const found: number[] = [];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      found.push(await page.evaluate(() => document.documentElement.scrollWidth));
    }
    return found;
  };
  server.dns.publish(`${hostname}.example.org.example.org`, { TXT: [value] });
  await app.checkNow();
  await app.verdict('HOST_DOUBLED').waitFor();
  await app.button('Details of the DKIM record').click();
  await page.getByText('Name servers asked').waitFor();
  await page.getByText('was added.').waitFor();
  expect(await scrollWidths()).toEqual(widths);
  await app.button('Delete').click();
  await page.getByRole('dialog').waitFor();
  expect(await scrollWidths()).toEqual(widths);
});

test('a check is announced with what it found wrong', async () => {
  await using opened = await openDomain('example.org');
  const { server, page, app, domain } = opened;
  const { hostname, value } = dkimOf(domain);
  server.dns.publish(`${hostname}.example.org.example.org`, { TXT: [value] });
  await app.checkNow();
  await page
    .getByRole('status')
    .getByText('Checked: example.org is not verified. The domain appears twice in the host')
    .waitFor({ state: 'attached' });
});

test('the page behind a dialog doesn’t scroll, and Delete begins with the way out', async () => {
  await using opened = await openDomain('example.org', { viewport: { width: 1280, height: 400 } });
  const { page, app } = opened;
  await app.button('Delete').click();
  await page.getByRole('dialog').waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
  const before = await page.evaluate(() => scrollY);
  await page.mouse.move(600, 200);
  await page.mouse.wheel(0, 600);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  expect(await page.evaluate(() => scrollY)).toBe(before);
});

test('the keyboard goes on at a share link that was just created', async () => {
  await using opened = await openDomain('example.org');
  const { page, app } = opened;
  await app.button('Share').click();
  await app.button('Create link').click();
  await page.getByText('Copy this link now.').waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Copy this link now.');
});

test('a browser without scripts says at the top of the page what it needs', async () => {
  const context = await browser().newContext({
    baseURL: (await serverAt([])).url,
    javaScriptEnabled: false,
    viewport: PHONE,
  });
  const page = await context.newPage();
  await page.goto('/');
  expect(await bottomOf(page.locator('noscript'))).toBeLessThan(PHONE.height);
  await context.close();
});

/** One for each provider; every domain is in an account of its own. */
const servers = new Map<string, TestServer>();
afterAll(async () => {
  for (const server of servers.values()) await server[Symbol.asyncDispose]();
});

/** The server where example.org is at the provider with these name servers. */
async function serverAt(nameservers: readonly string[]): Promise<TestServer> {
  const started = servers.get(nameservers.join());
  if (started !== undefined) return started;
  const server = await startTestServer({
    environment: { RETURN_PATH_HOST: 'bounces.letterhead.example', RATE_LIMIT_PER_MINUTE: '0' },
    dns: { zones: { 'letterhead.example': {}, 'example.org': {}, ...zonesOf(nameservers) } },
  });
  servers.set(nameservers.join(), server);
  return server;
}

/** Opens the page of a domain that has both records, at the provider with these name servers. */
async function openDomain(name: string, options: TabOptions = {}, nameservers: readonly string[] = []) {
  const server = await serverAt(nameservers);
  const { id: account } = await server.letterhead.accounts.create.mutate({ name: 'Help desk' });
  const domain = await server.letterhead.domains.create.mutate({ account, domain: name });
  const tab = await openTab(browser(), server, { ...options, token: server.token });
  const app = new ConsolePage(tab.page);
  await tab.page.goto(`/accounts/${account}/domains/${domain.id}`);
  await app.button('Check now').waitFor();
  return { server, page: tab.page, app, domain, [Symbol.asyncDispose]: () => tab[Symbol.asyncDispose]() };
}

function zonesOf(nameservers: readonly string[]): Record<string, ZoneNames> {
  if (nameservers.length === 0) return {};
  const names = nameservers.map((name) => {
    const [label = '', ...zone] = name.split('.');
    return { label, zone: zone.join('.') };
  });
  const zones = Object.groupBy(names, ({ zone }) => zone);
  return {
    'example.org': { '@': { NS: [...nameservers] } },
    ...Object.fromEntries(
      Object.entries(zones).map(([zone, inIt = []]) => [
        zone,
        Object.fromEntries(inIt.map(({ label }) => [label, { A: ['127.0.0.2'] }])),
      ]),
    ),
  };
}

async function bottomOf(element: Locator): Promise<number> {
  const box = await element.boundingBox();
  if (box === null) throw new Error('The element is not shown.');
  return box.y + box.height;
}

/** Counts the words that a person sees before a button. */
function wordsBefore(page: Page, button: string): Promise<number> {
  return page.getByRole('button', { name: button }).evaluate(() => {
    const text = document.body.innerText;
    const before = text.slice(0, text.indexOf('Copy'));
    return before.split(/\s+/).filter(Boolean).length;
  });
}
